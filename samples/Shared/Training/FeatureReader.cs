using System.Globalization;
using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Samples;

/// <summary>Reads images into features with a line of progress.</summary>
internal static class FeatureReader
{
    /// <summary>Computes features.</summary>
    /// <param name="network">The encoder.</param>
    /// <param name="source">The images.</param>
    /// <param name="work">What is said of it, such as "reading images".</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="layer">What is read of the encoder; null for the last stage's average.</param>
    public static Task<FeatureSet> ReadAsync(
        Encoder network, IImageSource source, string work, CancellationToken cancellation, FeatureLayer? layer = null) => Screen.TrackAsync(line => Task.Run(
        () => FeatureExtractor.Extract(
            network, source, [layer ?? FeatureLayer.Find(network, FeatureLayer.PooledName)],
            progress: new CountProgress(line, work, source.Count), cancellationToken: cancellation),
        cancellation));

    private sealed class CountProgress(ProgressLine line, string work, int count) : IProgress<int>
    {
        public void Report(int done) => line.Show(work, work, (double)done / count, string.Create(CultureInfo.InvariantCulture, $"{done:N0}/{count:N0}"));
    }
}
