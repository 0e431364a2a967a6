using System.Globalization;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>Whether memory stays flat over many steps, and whether ten times the images cost ten times the time and no more memory.</summary>
internal static class EnduranceBenchmark
{
    public const int Size = 32;
    private const int FewImages = 16;

    // Their tensors are large enough for the C library to lose track of what it may use again.
    private const int ManyImages = 128;

    /// <summary>Trains 400 steps of many images and compares memory and live tensors with those at step 100.</summary>
    public static string MeasureMemory()
    {
        const int early = 100, late = 400;
        var observer = new Observer(early, late);
        Train(new ProceduralImages(late / 4 * ManyImages), ManyImages, epochs: 4, observer);
        return string.Create(CultureInfo.InvariantCulture, $"""
            ### Memory over {late} steps, Rotation with convnet at {Size} px, {ManyImages} images a step

            | | step {early} | step {late} |
            |---|---|---|
            | resident memory, MB | {observer.Megabytes[0]:0} | {observer.Megabytes[1]:0} |
            | live tensors | {observer.Tensors[0]} | {observer.Tensors[1]} |

            """);
    }

    /// <summary>Trains on a few and on ten times as many packed images and times the second epoch.</summary>
    /// <param name="pack">Packs images into a file and opens it.</param>
    public static string MeasureGrowth(Func<IImageSource, PackedImages> pack)
    {
        const int few = 2000, many = 20_000;
        var (seconds, megabytes) = (new double[2], new double[2]);
        Train(pack(new ProceduralImages(few)), FewImages, epochs: 2, new EpochClock()); // or the first figure would have the just-in-time compiler in it
        foreach (var (i, count) in new[] { few, many }.Index())
        {
            var images = pack(new ProceduralImages(count));
            var clock = new EpochClock();
            Train(images, FewImages, epochs: 2, clock);
            (seconds[i], megabytes[i]) = (clock.LastEpoch.TotalSeconds, Environment.WorkingSet / 1e6);
        }
        return string.Create(CultureInfo.InvariantCulture, $"""
            ### Growth, the second epoch of Rotation with convnet at {Size} px from packed images

            | images | seconds | resident memory, MB |
            |---|---|---|
            | {few:#,0} | {seconds[0]:0.0} | {megabytes[0]:0} |
            | {many:#,0} | {seconds[1]:0.0} | {megabytes[1]:0} |
            | ratio | {seconds[1] / seconds[0]:0.0} | {megabytes[1] / megabytes[0]:0.00} |

            """);
    }

    private static void Train(IImageSource images, int batch, int epochs, IProgress<PretrainingProgress> progress)
    {
        using var encoder = new ConvNet(Size);
        Pretraining.Run(
            encoder, [new WeightedTask(new RotationTask())], images, new PretrainingOptions { Epochs = epochs, BatchSize = batch }, progress);
    }

    /// <summary>Notes memory and live tensors at the first report at or after each step.</summary>
    private sealed class Observer(params long[] steps) : IProgress<PretrainingProgress>
    {
        public List<double> Megabytes { get; } = [];

        public List<long> Tensors { get; } = [];

        public void Report(PretrainingProgress progress)
        {
            if (Megabytes.Count == steps.Length || progress.Step < steps[Megabytes.Count])
                return;
            Megabytes.Add(Environment.WorkingSet / 1e6);
            Tensors.Add(Tensor.TotalCount);
        }
    }
}
