using System.Diagnostics;
using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;

namespace SelfSup.Benchmarks;

/// <summary>What reading packed images costs: alone, beside a training step, and as their number grows.</summary>
internal static class PackedBenchmark
{
    public const int Size = 96;

    /// <summary>Packed images to normalized batches with random crops and flips.</summary>
    public static Comparison CompareReading(PackedImages images, int rounds)
    {
        var comparison = new Comparison($"Packed images of {images.ImageSize} px to normalized batches of {Size} px, random crop and flip, 2 workers");
        comparison.Add("shifted crops", () => LoaderBenchmark.Load(images, images.ImageSize, Size, workers: 2, epochs: 5, new Augmentation()));
        comparison.Add("resized crops", () => LoaderBenchmark.Load(
            images, images.ImageSize, Size, workers: 2, epochs: 5, new Augmentation { MinimumArea = 0.2 }));
        comparison.Run(rounds);
        return comparison;
    }

    /// <summary>A whole epoch of Rotation from packed images, and as many steps on one batch that stays in memory.</summary>
    public static Comparison CompareEpoch(PackedImages images, int rounds)
    {
        const int batch = 8;
        const int count = 320;
        var comparison = new Comparison($"Rotation with resnet18 at {Size} px, bf16, {count} images in batches of {batch}");
        var some = ImageSubset.Take(images, count);
        using var resident = new ResidentRun("resnet18", Size, batch, Precision.BFloat16);
        comparison.Add("one resident batch", () =>
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < count / batch; i++)
                resident.Step();
            return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        comparison.Add("an epoch from packed images", () => Epoch(some, batch));
        comparison.Run(rounds);
        return comparison;
    }

    private static double Epoch(IImageSource images, int batch)
    {
        using var encoder = new ResNet(18, Size);
        var clock = new EpochClock();
        Pretraining.Run(
            encoder, [new WeightedTask(new RotationTask())], images,
            new PretrainingOptions { Epochs = 2, BatchSize = batch, Precision = Precision.BFloat16, Workers = 2 }, clock);
        return images.Count / clock.LastEpoch.TotalSeconds;
    }
}
