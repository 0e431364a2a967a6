using System.Diagnostics;
using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>JPEG files to normalized float batches of 96 pixels with random resized crops and flips, an epoch at a time.</summary>
internal static class LoaderBenchmark
{
    private const int Size = 96;
    private const int ReadSize = Size + Size / 3;
    private const int Workers = 2;
    private const int Epochs = 3; // so that starting the workers weighs little
    private static readonly Augmentation resized = new() { MinimumArea = 0.2 };

    public static Comparison CompareDecoders(string folder, Peer? peer, int rounds)
    {
        var comparison = new Comparison($"Decoding to {Size} px on one thread");
        if (peer is not null)
        {
            comparison.Add("Pillow", () => peer.Measure("decode", folder, "plain"));
            comparison.Add("Pillow with draft", () => peer.Measure("decode", folder, "draft"));
        }
        foreach (var (name, decoder) in Decoders())
        {
            var images = ImageFolder.Open(folder, decoder);
            comparison.Add(name, () => Decode(images));
        }
        comparison.Run(rounds);
        return comparison;
    }

    public static Comparison CompareLoaders(string folder, Peer? peer, int rounds)
    {
        var comparison = new Comparison($"JPEG files to normalized batches of {Size} px, random resized crop and flip, {Workers} workers");
        if (peer is not null)
        {
            comparison.Add("DataLoader over Pillow", () => peer.Measure("load", folder, "plain", $"{Workers}", $"{Epochs}"));
            comparison.Add("DataLoader over Pillow with draft", () => peer.Measure("load", folder, "draft", $"{Workers}", $"{Epochs}"));
        }
        foreach (var (name, decoder) in Decoders())
        {
            var images = ImageFolder.Open(folder, decoder);
            comparison.Add($"SelfSup, {name}", () => Load(images, ReadSize, Size, Workers, Epochs, resized));
        }
        comparison.Run(rounds);
        return comparison;
    }

    /// <summary>What is added to libjpeg-turbo's decoding, part by part, on the same number of threads.</summary>
    public static Comparison CompareWithDecodingAlone(string folder, int rounds)
    {
        var comparison = new Comparison($"JPEG files beside libjpeg-turbo alone, {Workers} threads");
        var alone = new DecodingAlone(folder, ReadSize, Workers);
        comparison.Add($"libjpeg-turbo, from memory, at the scale for {ReadSize} px", () => alone.Measure(Epochs));
        var images = ImageFolder.Open(folder, new TurboJpegDecoder());
        comparison.Add($"SelfSup, files to batches of {ReadSize} px", () => Load(images, ReadSize, Workers, Epochs));
        comparison.Add(
            $"SelfSup, files to normalized batches of {Size} px, random resized crop and flip",
            () => Load(images, ReadSize, Size, Workers, Epochs, resized));
        comparison.Run(rounds);
        return comparison;
    }

    /// <summary>Reads epochs into normalized batches.</summary>
    /// <returns>Images a second.</returns>
    public static double Load(IImageSource source, int readSize, int size, int workers, int epochs, Augmentation augmentation)
    {
        using var random = new RandomSource(1);
        return Load(source, readSize, workers, epochs, batch =>
        {
            using var scope = NewDisposeScope();
            Normalization.ImageNet.Apply(augmentation.Apply(batch.ToTensor(CPU), size, random));
        });
    }

    private static double Load(IImageSource source, int readSize, int workers, int epochs, Action<ImageBatch>? use = null)
    {
        var loader = new ImageLoader(source, new ImageLoaderOptions { ImageSize = readSize, Workers = workers });
        var (start, seen) = (Stopwatch.GetTimestamp(), 0L);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            foreach (var batch in loader.ReadEpoch(epoch))
            {
                use?.Invoke(batch);
                seen += batch.Count;
                batch.Dispose();
            }
        }
        return seen / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static IEnumerable<(string Name, IImageDecoder Decoder)> Decoders()
    {
        if (TurboJpegDecoder.IsAvailable)
            yield return ("libjpeg-turbo", new TurboJpegDecoder());
        yield return ("SkiaSharp alone, as on a bare machine", SkiaImageDecoder.Default);
    }

    private static double Decode(IImageSource images)
    {
        var pixels = new byte[3 * Size * Size];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < images.Count; i++)
            images.Read(i, Size, pixels);
        return images.Count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
