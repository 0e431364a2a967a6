using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Encoders that learned nothing, of which there are as many as seeds: what a pretrained one is compared with.</summary>
/// <param name="Name">The name of their rows.</param>
/// <param name="Create">Creates the one of a seed, owned by the caller.</param>
internal sealed record UntrainedEncoders(string Name, Func<int, Encoder> Create)
{
    /// <summary>How many there are of each kind, for the error bars.</summary>
    public const int Count = 3;

    private const int LeastSteps = 50;

    /// <summary>Lists the kinds: random weights, and the same weights with BatchNorm's statistics of the images.</summary>
    /// <param name="encoder">The encoder to resemble.</param>
    /// <param name="images">The training images, whose labels are not looked at.</param>
    /// <param name="batchSize">Images at a time.</param>
    /// <param name="workers">Threads that read images.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Asked before every batch.</param>
    /// <returns>Two kinds, or random weights alone for an encoder that keeps no statistics.</returns>
    public static IReadOnlyList<UntrainedEncoders> Of(
        Encoder encoder, IImageSource images, int batchSize, int workers, IProgress<ProbeProgress>? progress,
        CancellationToken cancellationToken)
    {
        var random = new UntrainedEncoders(ProbeRow.RandomWeights, seed => EncoderTwin.CreateUntrained(encoder, seed));
        return KeepsStatistics(encoder) ? [random, new(ProbeRow.DataStatistics, CreateWithStatistics)] : [random];

        Encoder CreateWithStatistics(int seed)
        {
            var twin = EncoderTwin.CreateUntrained(encoder, seed);
            var step = new StepProgress(progress, $"{ProbeRow.DataStatistics}: gathering them", images.Count * PassesOver(images.Count, batchSize));
            try
            {
                GatherStatistics(twin, images, seed, batchSize, workers, step, cancellationToken);
                return twin;
            }
            catch
            {
                twin.Dispose();
                throw;
            }
        }
    }

    private static bool KeepsStatistics(Encoder encoder)
    {
        using var scope = NewDisposeScope();
        return encoder.named_buffers().Any(buffer => buffer.name.EndsWith("running_mean", StringComparison.Ordinal));
    }

    // So few steps would leave much of what statistics begin with.
    private static int PassesOver(int images, int batchSize) => (LeastSteps + Math.Max(1, images / batchSize) - 1) / Math.Max(1, images / batchSize);

    // In training mode, without a gradient: what pretraining gives an encoder besides what it learns.
    private static void GatherStatistics(
        Encoder encoder, IImageSource images, int seed, int batchSize, int workers, IProgress<int> progress, CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        encoder.train();
        var loader = new ImageLoader(images, new ImageLoaderOptions
        {
            ImageSize = encoder.ImageSize,
            BatchSize = Math.Min(batchSize, images.Count),
            Workers = workers,
            Seed = seed,
            DropLast = true, // a last batch of one image has no batch statistics
        });
        var (device, done) = (encoder.parameters().First().device, 0);
        foreach (var batch in Enumerable.Range(0, PassesOver(images.Count, batchSize)).SelectMany(epoch => loader.ReadEpoch(epoch, cancellationToken: cancellationToken)))
        {
            using (batch)
            {
                using var scope = NewDisposeScope();
                MemoryShortage.Explain(encoder, batch.Count, batch.Frames, () =>
                    encoder.forward(encoder.Normalize(batch.ToTensor(device)).to(encoder.parameters().First().dtype)));
                progress.Report(done += batch.Count);
            }
        }
        encoder.eval();
    }
}
