using SelfSup.Data;

namespace SelfSup.Reports;

/// <summary>Pictures with their names, side by side.</summary>
internal static class Gallery
{
    private const int Side = 128;
    private const int MostBytes = 2_400;

    public static Html Of(IEnumerable<Html> pictures) => Html.Of($"<div class=\"gallery\">{pictures}</div>");

    /// <summary>A row of pictures under a heading of its own, such as a group.</summary>
    public static Html Row(Html heading, IEnumerable<Html> pictures) => Html.Of($"<div class=\"row\"><h3>{heading}</h3><div class=\"gallery\">{pictures}</div></div>\n");

    /// <summary>An image with the end of its name, and a note.</summary>
    /// <param name="source">The images.</param>
    /// <param name="image">Which one.</param>
    /// <param name="note">A second line; null for none.</param>
    /// <param name="isMarked">Whether it stands out among the others.</param>
    public static Html Picture(IImageSource source, int image, string? note = null, bool isMarked = false)
    {
        var name = source.NameOf(image);
        var picture = Thumbnail.Read(source, image, Side, MostBytes) is { } uri
            ? Html.Of($"<img src=\"{Html.Raw(uri)}\" alt=\"{name}\" width=\"{Side}\" height=\"{Side}\">")
            : Html.Of($"<span class=\"unreadable\" role=\"img\" aria-label=\"{name}\">cannot be read</span>");
        var second = note is null ? Html.Empty : Html.Of($"<span>{note}</span>");
        return Html.Of($"<figure class=\"{(isMarked ? "picture marked" : "picture")}\" title=\"{name}\">{picture}<figcaption>{EndOf(name)}{second}</figcaption></figure>\n");
    }

    // The file and the folder that it lies in, which often is its class.
    private static string EndOf(string name) => string.Join('/', name.Split('/', '\\').TakeLast(2));
}
