using SelfSup.Curation;
using SelfSup.Transfer;

namespace SelfSup.Samples;

/// <summary>Chooses images to label with a line of progress.</summary>
internal static class Selector
{
    /// <summary>The names of the ways to choose; the first is the default.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["herding", "typiclust", "centers", "dropquery"];

    /// <summary>Chooses images.</summary>
    /// <param name="features">Their features, <see cref="FeatureLayer.PooledName"/> among them.</param>
    /// <param name="count">How many to choose.</param>
    /// <param name="method">One of <see cref="Methods"/>.</param>
    /// <param name="known">Images that are labeled already.</param>
    /// <param name="cancellation">Stops it.</param>
    public static Task<int[]> ChooseAsync(FeatureSet features, int count, string method, ImageLabels? known, CancellationToken cancellation) =>
        Screen.TrackAsync(line => Task.Run(
            () => Selection.Choose(features, FeatureLayer.PooledName, count, MethodOf(method), known, new ShareProgress(line), cancellation), cancellation));

    private static SelectionMethod MethodOf(string name) => name switch
    {
        "typiclust" => new TypiClust(),
        "centers" => new KMeansCenters(),
        "dropquery" => new DropQuery(),
        _ => new MaxHerding(),
    };

    private sealed class ShareProgress(ProgressLine line) : IProgress<double>
    {
        public void Report(double share) => line.Show("choosing", "choosing", share);
    }
}
