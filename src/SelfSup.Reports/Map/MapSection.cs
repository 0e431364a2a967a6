using System.Text.Json;
using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Reports;

/// <summary>A map of images: what is alike lies together, as far as a plane can show it.</summary>
public static class MapSection
{
    private const int MostImages = 2000;
    private const int MostBytes = 2_000_000; // of all pictures together, before they are written as text
    private const int MostBytesOfOne = 6_000;
    private const int Alike = 5;

    /// <summary>
    /// Adds a map of images to look around in with the mouse or the arrow keys, in two views of features of length 1: what is alike side by side
    /// (t-SNE), and the two directions in which they differ most (principal component analysis).
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="source">The images.</param>
    /// <param name="features">Their features.</param>
    /// <param name="layer">Which of them, such as <see cref="FeatureLayer.PooledName"/>.</param>
    /// <param name="labels">The classes of images, to be told apart on the map; null for none.</param>
    /// <param name="marked">Images to stand out, such as chosen ones, by their places in the source; null for none.</param>
    /// <param name="cancellationToken">Asked before every picture, and while they are laid out.</param>
    /// <returns>The report, to add more.</returns>
    /// <remarks>Of more than 2,000 images the marked ones and an even draw of the others are shown.</remarks>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public static HtmlReport AddMap(
        this HtmlReport report, IImageSource source, FeatureSet features, string layer, ImageLabels? labels = null,
        IReadOnlyCollection<int>? marked = null, CancellationToken cancellationToken = default)
    {
        if (features.Indices.Count == 0)
            throw new ArgumentException("There are no images to show on a map.", nameof(features));
        var isMarked = (marked ?? []).ToHashSet();
        var rows = Draw(features.Indices, isMarked);
        using var shown = features[layer].Rows(rows);
        var plane = PrincipalPlane.Of(shown);
        var views = new List<MapView> { new("Differences", plane.Points) };
        if (rows.Length > 1)
            views.Insert(0, new("Neighbors", NeighborPlane.Of(shown, plane, cancellationToken)));
        var images = rows.Select(row => features.Indices[row]).ToArray();
        var points = images.Select(image => new MapPoint(
            source.NameOf(image), labels?.Classes.TryGetValue(image, out var label) == true ? label : null, isMarked.Contains(image)));
        var text = $"{Figure.Count(images.Length, "image")}{(images.Length < features.Indices.Count ? $" of {Figure.Count(features.Indices.Count)}" : "")}. "
            + "As neighbors, images lie beside those that are most like them, and how far apart groups lie says little (t-SNE). "
            + $"As differences, they lie in the two directions in which they differ most, which hold {Figure.Percent(plane.Share)} of all differences (principal components)."
            + (isMarked.Count > 0 ? " Chosen images are framed." : "");
        return report.Add(new ReportSection("Map").AddText(text).Add(MapDrawing.Draw([.. points], views, labels?.ClassNames ?? [], WriteData())));

        string WriteData() => JsonSerializer.Serialize(new { pictures = ReadPictures(source, images, cancellationToken), alike = shown.MostAlike(Alike) });
    }

    private static string[] ReadPictures(IImageSource source, int[] images, CancellationToken cancellationToken)
    {
        var side = images.Length switch { <= 300 => 128, <= 800 => 96, _ => 80 };
        var most = Math.Min(MostBytesOfOne, MostBytes / images.Length);
        var pictures = new string[images.Length];
        Parallel.For(0, images.Length, new() { CancellationToken = cancellationToken }, i => pictures[i] = Thumbnail.Read(source, images[i], side, most) ?? "");
        return pictures;
    }

    /// <summary>The marked rows and, as far as there is room, an even draw of the others.</summary>
    private static int[] Draw(IReadOnlyList<int> images, HashSet<int> isMarked)
    {
        int[] marked = [.. Enumerable.Range(0, images.Count).Where(row => isMarked.Contains(images[row])).Take(MostImages)];
        int[] others = [.. Enumerable.Range(0, images.Count).Except(marked)];
        var room = Math.Min(others.Length, MostImages - marked.Length);
        return [.. Enumerable.Range(0, room).Select(i => others[(int)((long)i * others.Length / room)]).Concat(marked).Order()];
    }
}
