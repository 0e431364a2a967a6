using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Samples;

/// <summary>Chooses images to label with a line of progress.</summary>
internal static class Selector
{
    private const int UsualCount = 40;

    /// <summary>What an option that says how many has for its default.</summary>
    public static string DefaultCount { get; } = $"[default: {UsualCount}, or all where there are fewer]";

    /// <summary>The names of the ways to choose; the first is the default.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["herding", "typiclust", "centers", "dropquery"];

    /// <summary>Reads the labels of an earlier round.</summary>
    /// <param name="place">The list, filled in, or the folder of copies or links, moved into sub-folders.</param>
    /// <param name="photos">The images that they are of.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidDataException">There is no label yet, or one is of none of the images.</exception>
    public static ImageLabels ReadLabels(string place, IImageSource photos, CancellationToken cancellation)
    {
        var isFolder = Directory.Exists(place);
        var labels = isFolder ? ImageLabels.ReadFolders(place, photos, cancellation) : ImageLabels.ReadList(place, photos);
        return labels.Classes.Count > 0 ? labels : throw new InvalidDataException(
            $"There is no label in {place} yet. {(isFolder ? "Move its images into a sub-folder for each class" : "Fill in its column 'label'")}.");
    }

    /// <summary>Chooses images.</summary>
    /// <param name="features">Their features, <see cref="FeatureLayer.PooledName"/> among them.</param>
    /// <param name="count">How many to choose; null means <see cref="DefaultCount"/>.</param>
    /// <param name="method">One of <see cref="Methods"/>.</param>
    /// <param name="known">Images that are labeled already.</param>
    /// <param name="cancellation">Stops it.</param>
    public static Task<int[]> ChooseAsync(FeatureSet features, int? count, string method, ImageLabels? known, CancellationToken cancellation)
    {
        var way = MethodOf(method);
        if (way is MaxHerding { MaxImages: var most } && features.Indices.Count > most)
            Screen.Say($"These are more than {most:N0} images, so an even draw stands for all of them.");
        var unlabeled = features.Indices.Count(image => known?.Classes.ContainsKey(image) != true);
        return Screen.TrackAsync(line => Task.Run(
            () => Selection.Choose(features, FeatureLayer.PooledName, count ?? Math.Clamp(unlabeled, 1, UsualCount), way, known, new ShareProgress(line, "choosing"), cancellation), cancellation));
    }

    private static SelectionMethod MethodOf(string name) => name switch
    {
        "typiclust" => new TypiClust(),
        "centers" => new KMeansCenters(),
        "dropquery" => new DropQuery(),
        _ => new MaxHerding(),
    };
}
