using SkiaSharp;

namespace SelfSup.Plots;

/// <summary>A font for plots. Skia without fontconfig, as on most Linux servers, does not find those that are installed.</summary>
internal static class SystemFont
{
    private static readonly string[] Folders =
    [
        "/usr/share/fonts", "/usr/local/share/fonts", Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".fonts"),
    ];

    // Plain sans-serif faces that systems come with; else any font will do.
    private static readonly string[] Preferred = ["DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "FreeSans.ttf"];

    private static readonly Lazy<string> Name = new(Find);

    /// <summary>The name of a font that ScottPlot can draw with.</summary>
    /// <exception cref="InvalidOperationException">No font is installed.</exception>
    public static string Require() => Name.Value;

    private static string Find()
    {
        if (SKTypeface.Default.GlyphCount > 0)
            return ScottPlot.Fonts.Default;
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        var files = Folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.ttf", options))
            .Order(StringComparer.Ordinal)
            .ToArray();
        var file = Preferred.Select(name => files.FirstOrDefault(path => Path.GetFileName(path) == name)).FirstOrDefault(path => path is not null)
            ?? files.FirstOrDefault()
            ?? throw new InvalidOperationException(
                $"A plot needs a font, and there is none in {string.Join(", ", Folders)}. Install one, such as fonts-dejavu-core.");
        var name = Path.GetFileNameWithoutExtension(file);
        ScottPlot.Fonts.AddFontFile(name, file);
        return name;
    }
}
