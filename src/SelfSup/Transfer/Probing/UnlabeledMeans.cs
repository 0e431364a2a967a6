using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>The mean of every layer's features over unlabeled images. Owns the means.</summary>
internal sealed class UnlabeledMeans : IDisposable
{
    private readonly Dictionary<string, Tensor> means; // (D) each, on the CPU

    private UnlabeledMeans(Dictionary<string, Tensor> means, ReadImages images) => (this.means, Images) = (means, images);

    /// <summary>The images that could be read.</summary>
    public ReadImages Images { get; }

    /// <summary>The mean of a layer's features, float32 (D) on the CPU. Borrowed.</summary>
    public Tensor this[FeatureLayer layer] => means[layer.Name];

    /// <summary>Reads the images once and keeps of their features the sums alone.</summary>
    /// <param name="encoder">The encoder, on the device to compute on.</param>
    /// <param name="unlabeled">The images.</param>
    /// <param name="layers">The layers.</param>
    /// <param name="options">How many images at a time, and threads that read them.</param>
    /// <param name="progress">Told how many images are done.</param>
    /// <param name="cancellationToken">Asked before every batch.</param>
    /// <exception cref="ArgumentException">There are no images, or none for this encoder.</exception>
    public static UnlabeledMeans Of(
        Encoder encoder, IImageSource unlabeled, IReadOnlyList<FeatureLayer> layers, LinearProbeOptions options, IProgress<int> progress,
        CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var sums = layers.Select(layer => zeros(layer.Length, ScalarType.Float64, CPU)).ToList();
        var read = FeatureExtractor.Visit(
            encoder, unlabeled, layers, options.BatchSize, options.Workers,
            (_, features) =>
            {
                foreach (var (sum, rows) in sums.Zip(features))
                    sum.add_(rows.cpu().to(ScalarType.Float64).sum([0]));
            },
            progress, cancellationToken);
        return new(
            layers.Zip(sums).ToDictionary(
                pair => pair.First.Name, pair => pair.Second.div(read.Indices.Length).to(ScalarType.Float32).DetachFromDisposeScope()),
            read);
    }

    public void Dispose()
    {
        foreach (var mean in means.Values)
            mean.Dispose();
    }
}
