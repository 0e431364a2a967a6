using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Parquet;
using Parquet.Schema;
using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Parquet;
using SelfSup.Tasks;
using SelfSup.Training;

namespace SelfSup.Benchmarks;

/// <summary>CIFAR-10 as PNG files, in a tar file, in a Parquet file, and packed: reading alone, and an epoch of training.</summary>
internal static class ShardBenchmark
{
    private const int Side = 32;
    private const int Trained = 10_000;

    /// <summary>All images to normalized batches.</summary>
    /// <param name="folder">CIFAR-10's binary files.</param>
    /// <param name="rounds">How often each takes its turn.</param>
    public static Comparison CompareReading(string folder, int rounds) =>
        Compare($"CIFAR-10 to normalized batches of {Side} px, random crop and flip, 2 workers", folder, rounds, Load);

    /// <summary>An epoch of Rotation on some of the images.</summary>
    /// <param name="folder">CIFAR-10's binary files.</param>
    /// <param name="rounds">How often each takes its turn.</param>
    public static Comparison CompareEpoch(string folder, int rounds) =>
        Compare($"Rotation with convnet at {Side} px, bf16, {Trained:N0} images of CIFAR-10 in batches of 128", folder, rounds, Train);

    private static Comparison Compare(string title, string folder, int rounds, Func<IImageSource, double> measure)
    {
        var temporary = Directory.CreateTempSubdirectory("selfsup-shards-").FullName;
        try
        {
            var cifar = Cifar10.OpenTrain(folder);
            var files = WriteFiles(cifar, temporary);
            WriteTar(files, cifar, Path.Combine(temporary, "x.tar"));
            WriteParquetAsync(files, cifar, Path.Combine(temporary, "x.parquet")).GetAwaiter().GetResult();
            using var packed = PackedImages.OpenOrPackAsync(cifar, Path.Combine(temporary, "x.packed"), new() { ImageSize = Side }).GetAwaiter().GetResult();
            using var tar = TarImages.Open(Path.Combine(temporary, "x.tar"));
            using var parquet = ParquetImages.OpenAsync(Path.Combine(temporary, "x.parquet"), new() { TemporaryFolder = temporary }).GetAwaiter().GetResult();
            var comparison = new Comparison(title);
            comparison.Add("packed", () => measure(packed));
            comparison.Add("tar of PNG", () => measure(tar));
            comparison.Add("Parquet of PNG", () => measure(parquet));
            comparison.Add("folder of PNG", () => measure(ImageFolder.Open(Path.Combine(temporary, "png"))));
            comparison.Run(rounds);
            return comparison;
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static double Load(IImageSource images) => LoaderBenchmark.Load(images, Side + Side / 8, Side, workers: 2, epochs: 1, new Augmentation());

    private static double Train(IImageSource images)
    {
        using var encoder = new ConvNet(Side);
        var clock = new EpochClock();
        Pretraining.Run(
            encoder, [new WeightedTask(new RotationTask())], ImageSubset.Take(images, Trained),
            new PretrainingOptions { Epochs = 2, BatchSize = 128, Precision = Precision.BFloat16, Workers = 2 }, clock);
        return Trained / clock.LastEpoch.TotalSeconds;
    }

    private static string[] WriteFiles(IImageSource images, string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "png"));
        var files = Enumerable.Range(0, images.Count).Select(i => Path.Combine(folder, "png", i.ToString("00000", CultureInfo.InvariantCulture) + ".png")).ToArray();
        byte[] planes = new byte[3 * Side * Side], rgb = new byte[3 * Side * Side];
        foreach (var (i, file) in files.Index())
        {
            images.Read(i, Side, planes);
            for (var at = 0; at < rgb.Length; at++)
                rgb[at] = planes[(at % 3 * Side * Side) + (at / 3)];
            PngFile.Write(file, Side, Side, rgb);
        }
        return files;
    }

    private static void WriteTar(string[] files, ILabeledImageSource images, string path)
    {
        using var writer = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
        foreach (var (i, file) in files.Index())
        {
            Write(Path.GetFileName(file), File.ReadAllBytes(file));
            Write(Path.ChangeExtension(Path.GetFileName(file), ".cls"), Encoding.ASCII.GetBytes(images.LabelOf(i).ToString(CultureInfo.InvariantCulture)));
        }

        void Write(string name, byte[] content)
        {
            using var data = new MemoryStream(content);
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
        }
    }

    private static async Task WriteParquetAsync(string[] files, ILabeledImageSource images, string path)
    {
        DataField bytes = new DataField<byte[]>("bytes"), name = new DataField<string>("path"), label = new DataField<long?>("label");
        var schema = new ParquetSchema(new StructField("image", bytes, name), label);
        await using var file = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, file);
        foreach (var group in files.Index().Chunk(10_000))
        {
            using var part = writer.CreateRowGroup();
            await part.WriteAsync(schema.DataFields[0], (byte[][])[.. group.Select(pair => File.ReadAllBytes(pair.Item))]);
            await part.WriteAsync(schema.DataFields[1], (string[])[.. group.Select(pair => Path.GetFileName(pair.Item))]);
            await part.WriteAsync<long>(schema.DataFields[2], (long?[])[.. group.Select(pair => (long?)images.LabelOf(pair.Index))]);
        }
    }
}
