namespace SelfSup.Data;

/// <summary>CIFAR-10 in its original binary layout (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009).</summary>
public sealed class Cifar10 : ILabeledImageSource
{
    private const int Side = 32;
    private const int PixelBytes = 3 * Side * Side;
    private const int RecordBytes = 1 + PixelBytes;
    private readonly byte[][] files;
    private readonly string[] names;
    private readonly int recordsPerFile;

    private Cifar10(string folder, string[] names)
    {
        this.names = names;
        files = [.. names.Select(name => ReadAll(Path.Combine(folder, name)))];
        recordsPerFile = files[0].Length / RecordBytes;
        if (files.Any(file => file.Length != files[0].Length))
            throw new InvalidDataException($"The files of CIFAR-10 in {folder} differ in length.");
        var meta = Path.Combine(folder, "batches.meta.txt");
        ClassNames = File.Exists(meta)
            ? [.. File.ReadAllLines(meta).Where(line => line.Length > 0)]
            : ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public int Count => files.Length * recordsPerFile;

    /// <summary>Opens the 50,000 training images.</summary>
    /// <param name="folder">The folder that holds data_batch_1.bin to data_batch_5.bin.</param>
    /// <returns>The images.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not of whole records, or has a label over 9.</exception>
    public static Cifar10 OpenTrain(string folder) => new(folder, [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")]);

    /// <summary>Opens the 10,000 test images.</summary>
    /// <param name="folder">The folder that holds test_batch.bin.</param>
    /// <returns>The images.</returns>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The file is not of whole records, or has a label over 9.</exception>
    public static Cifar10 OpenTest(string folder) => new(folder, ["test_batch.bin"]);

    /// <inheritdoc/>
    public int LabelOf(int index) => Record(index)[0];

    /// <inheritdoc/>
    public string NameOf(int index) => $"{names[index / recordsPerFile]}#{index % recordsPerFile}";

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels)
    {
        for (var channel = 0; channel < 3; channel++)
            Resampler.Scale(Record(index).Slice(1 + channel * Side * Side, Side * Side), Side, Side, size, pixels.Slice(channel * size * size, size * size));
    }

    private ReadOnlySpan<byte> Record(int index) =>
        files[index / recordsPerFile].AsSpan(index % recordsPerFile * RecordBytes, RecordBytes);

    private static byte[] ReadAll(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"CIFAR-10's file {path} is missing. The folder must hold the binary version.", path);
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length == 0 || bytes.Length % RecordBytes != 0)
            throw new InvalidDataException($"{path} is not CIFAR-10's binary file: {bytes.Length} bytes are no multiple of {RecordBytes}.");
        for (var at = 0; at < bytes.Length; at += RecordBytes)
        {
            if (bytes[at] > 9)
                throw new InvalidDataException($"{path} is not CIFAR-10's binary file: a label is {bytes[at]}.");
        }
        return bytes;
    }
}
