using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>The training features of some layers, of one pass over the images. Owns those that are not taken.</summary>
internal sealed class ProbeFeatures : IDisposable
{
    private readonly Dictionary<string, LabeledRows> rows;

    private ProbeFeatures(ReadImages images, int[] labels, Dictionary<string, LabeledRows> rows) =>
        (Images, Labels, this.rows) = (images, labels, rows);

    /// <summary>Which images were read.</summary>
    public ReadImages Images { get; }

    /// <summary>The class of every row.</summary>
    public int[] Labels { get; }

    /// <summary>Extracts features of every readable image.</summary>
    /// <param name="encoder">The encoder, on the device to compute on.</param>
    /// <param name="train">The images.</param>
    /// <param name="layers">What to extract.</param>
    /// <param name="store">Whether to keep the features in temporary files, and not in memory.</param>
    /// <param name="options">How to read.</param>
    /// <param name="progress">Told how many images are done.</param>
    /// <param name="cancellationToken">Asked before every batch.</param>
    /// <exception cref="InvalidDataException">No image of a class can be read.</exception>
    public static ProbeFeatures Extract(
        Encoder encoder, ILabeledImageSource train, IReadOnlyList<FeatureLayer> layers, bool store, LinearProbeOptions options,
        IProgress<int> progress, CancellationToken cancellationToken)
    {
        var device = encoder.parameters().First().device;
        if (!store)
        {
            using var set = FeatureExtractor.Extract(encoder, train, layers, options.BatchSize, options.Workers, progress, cancellationToken);
            return Join(set.Images, (layer, labels) => new MemoryRows(set.Take(layer), labels, device));
        }
        var stored = layers.ToDictionary(layer => layer.Name, layer => new StoredFeatures(layer.Length));
        try
        {
            var images = FeatureExtractor.Visit(
                encoder, train, layers, options.BatchSize, options.Workers, Store, progress, cancellationToken);
            return Join(images, (layer, labels) => new StoredRows(stored[layer], labels, device));
        }
        catch
        {
            foreach (var features in stored.Values)
                features.Dispose();
            throw;
        }

        void Store(int first, Tensor[] computed)
        {
            foreach (var (layer, features) in layers.Zip(computed))
                stored[layer.Name].Add(features);
        }

        ProbeFeatures Join(ReadImages images, Func<string, int[], LabeledRows> createRows)
        {
            images.CheckClasses(train, "training");
            int[] labels = [.. images.Indices.Select(train.LabelOf)];
            return new(images, labels, layers.ToDictionary(layer => layer.Name, layer => createRows(layer.Name, labels)));
        }
    }

    /// <summary>Hands a layer's features over to the caller.</summary>
    public LabeledRows Take(FeatureLayer layer) => rows.Remove(layer.Name, out var taken) ? taken : throw new KeyNotFoundException(layer.Name);

    public void Dispose()
    {
        foreach (var left in rows.Values)
            left.Dispose();
    }
}
