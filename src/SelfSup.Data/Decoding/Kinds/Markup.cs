namespace SelfSup.Data;

/// <summary>Names text files with tags.</summary>
internal static class Markup
{
    // Comments and declarations come before the first tag.
    private const int LookedAt = 4096;

    /// <summary>The kind of a file; null if it does not begin with a tag.</summary>
    public static string? NameOf(ReadOnlySpan<byte> file)
    {
        var text = file.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? file[3..] : file;
        text = text.TrimStart(" \t\r\n"u8);
        if (text.Length < 2 || text[0] != '<' || !(text[1] is (byte)'!' or (byte)'?' || char.IsAsciiLetter((char)text[1])))
            return null;
        var start = System.Text.Encoding.Latin1.GetString(text[..Math.Min(text.Length, LookedAt)]);
        var (svg, html) = (IndexOf("<svg"), Math.Min(IndexOf("<html"), IndexOf("<!doctype html")));
        return svg < html ? "an SVG drawing" : html < int.MaxValue || !start.StartsWith("<?xml", StringComparison.Ordinal) ? "a web page (HTML)" : "an XML file";

        int IndexOf(string tag) => start.IndexOf(tag, StringComparison.OrdinalIgnoreCase) is var at and >= 0 ? at : int.MaxValue;
    }
}
