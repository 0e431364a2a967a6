using SelfSup.Data;

namespace SelfSup.Reports;

/// <summary>Pictures with their names, side by side.</summary>
internal static class Gallery
{
    private const int Side = 128;
    private const int MostBytes = 3_000;

    public static Html Of(IEnumerable<Html> pictures) => Html.Of($"<div class=\"gallery\">{pictures}</div>");

    /// <summary>A row of pictures under a heading of its own, such as a group.</summary>
    public static Html Row(Html heading, IEnumerable<Html> pictures) => Html.Of($"<div class=\"row\"><h3>{heading}</h3><div class=\"gallery\">{pictures}</div></div>\n");

    /// <summary>An image with the last part of its name, and a note.</summary>
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
        return Html.Of($"<figure class=\"{(isMarked ? "picture marked" : "picture")}\" title=\"{name}\">{picture}<figcaption>{LastPartOf(name)}{second}</figcaption></figure>\n");
    }

    private static string LastPartOf(string name) => name.TrimEnd('/').Split('/', '\\')[^1];
}
