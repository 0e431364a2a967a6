using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Samples;

/// <summary>Follows a run by nearest neighbors on labeled images.</summary>
internal static class KnnFollower
{
    private const int Enough = 1000; // show a trend, in seconds

    /// <summary>Makes the monitor of a run.</summary>
    /// <param name="labeled">The labeled images; null follows nothing.</param>
    public static IReadOnlyList<IEncoderMonitor> Of(ILabeledImageSource? labeled) =>
        labeled is null ? [] : [new KnnMonitor(LabeledSubset.Stratified(labeled, Math.Min(labeled.Count, Enough), seed: 0))];
}
