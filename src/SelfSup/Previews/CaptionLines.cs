namespace SelfSup.Previews;

/// <summary>Breaks captions into lines, so that none is cut.</summary>
internal static class CaptionLines
{
    /// <summary>Pixels from one character, or line, to the next.</summary>
    public const int CharacterWidth = CaptionFont.Width + 1;
    public const int LineHeight = CaptionFont.Height + 3;

    /// <summary>Pixels that the longest word needs.</summary>
    public static int WidestWord(string text) => text.Split(' ', '\n').Max(word => word.Length) * CharacterWidth;

    /// <summary>Breaks a text between words, and within one that alone is too long.</summary>
    /// <param name="text">The text; its own line breaks stay.</param>
    /// <param name="width">Pixels that a line may have.</param>
    /// <returns>The lines; none for an empty text.</returns>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        var most = Math.Max(1, width / CharacterWidth);
        var lines = new List<string>();
        foreach (var paragraph in text.Split('\n').Where(paragraph => text.Length > 0))
        {
            var line = "";
            foreach (var word in paragraph.Split(' ').SelectMany(word => word.Length == 0 ? [""] : word.Chunk(most).Select(part => new string(part))))
            {
                var longer = line.Length == 0 ? word : $"{line} {word}";
                if (longer.Length > most)
                    lines.Add(line);
                line = longer.Length > most ? word : longer;
            }
            lines.Add(line);
        }
        return lines;
    }
}
