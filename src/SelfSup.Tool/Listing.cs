using SelfSup.Samples;

namespace SelfSup.Tool;

/// <summary>Shows the beginning of a list; the whole is in the JSON document.</summary>
internal static class Listing
{
    private const int Shown = 20;

    public static void Show(IReadOnlyList<string> lines)
    {
        foreach (var line in lines.Take(Shown))
            Screen.SayLines($"  {line}");
        if (lines.Count > Shown)
            Screen.SayLines($"  and {lines.Count - Shown:N0} more, all in what --json writes");
    }
}
