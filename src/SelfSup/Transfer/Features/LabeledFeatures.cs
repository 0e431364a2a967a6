using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>One layer's features with the class of every row. Owns the features.</summary>
/// <param name="Features">Float32 (N, D) on the CPU.</param>
/// <param name="Labels">N classes.</param>
/// <param name="Images">The images of the rows.</param>
internal sealed record LabeledFeatures(Tensor Features, int[] Labels, ReadImages Images) : IDisposable
{
    /// <summary>Extracts the features of every readable image, of which every class must have one.</summary>
    /// <param name="what">What the images are for, for errors, such as <c>training</c>.</param>
    /// <param name="encoder">The encoder, on the device to compute on.</param>
    /// <param name="source">The images.</param>
    /// <param name="layer">What to extract.</param>
    /// <param name="batchSize">Images at a time.</param>
    /// <param name="workers">Threads that read images; null means one per processor core.</param>
    /// <param name="progress">Told how many images are done.</param>
    /// <param name="cancellationToken">Asked before every batch.</param>
    /// <exception cref="InvalidDataException">No image of a class can be read.</exception>
    public static LabeledFeatures Extract(
        string what, Encoder encoder, ILabeledImageSource source, FeatureLayer layer, int batchSize = 64, int? workers = null,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        using var set = FeatureExtractor.Extract(encoder, source, [layer], batchSize, workers, progress, cancellationToken);
        set.Images.CheckClasses(source, what);
        return new(set.Take(layer.Name), [.. set.Indices.Select(source.LabelOf)], set.Images);
    }

    /// <summary>The share of right answers.</summary>
    public double AccuracyOf(IEnumerable<int> answers) => answers.Zip(Labels).Average(pair => pair.First == pair.Second ? 1.0 : 0.0);

    public void Dispose() => Features.Dispose();
}
