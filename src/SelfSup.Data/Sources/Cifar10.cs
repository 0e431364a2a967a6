namespace SelfSup.Data;

/// <summary>Reads CIFAR-10 in its binary version: 50,000 training and 10,000 test images of 32 x 32, in 10 classes.</summary>
/// <remarks>https://www.cs.toronto.edu/~kriz/cifar.html: a record is one byte of label and 3,072 bytes of planes.</remarks>
public static class Cifar10
{
    private const int Side = 32;
    private const int ImageBytes = 3 * Side * Side;
    private const int RecordBytes = 1 + ImageBytes;
    private const string SubFolder = "cifar-10-batches-bin";

    private static readonly string[] names =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Reads the training images to memory: data_batch_1.bin to data_batch_5.bin.</summary>
    /// <param name="folder">The folder that holds the files, or its parent.</param>
    /// <returns>The images.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file has a wrong size or label.</exception>
    public static ILabeledImageSource OpenTrain(string folder) =>
        Open(folder, "cifar-10 train", [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")]);

    /// <summary>Reads the test images to memory: test_batch.bin.</summary>
    /// <inheritdoc cref="OpenTrain"/>
    public static ILabeledImageSource OpenTest(string folder) => Open(folder, "cifar-10 test", ["test_batch.bin"]);

    private static LabeledImages Open(string folder, string name, string[] files)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (Directory.Exists(Path.Combine(folder, SubFolder)))
            folder = Path.Combine(folder, SubFolder);
        var paths = files.Select(file => Path.Combine(folder, file)).ToArray();
        var counts = paths.Select(CountRecords).ToArray();
        var pixels = new byte[counts.Sum() * ImageBytes];
        var labels = new int[counts.Sum()];
        var at = 0;
        foreach (var path in paths)
        {
            foreach (var record in File.ReadAllBytes(path).Chunk(RecordBytes))
            {
                if (record[0] >= names.Length)
                    throw new InvalidDataException($"'{path}' is not CIFAR-10: it has the label {record[0]}, not 0..{names.Length - 1}.");
                labels[at] = record[0];
                record.AsSpan(1).CopyTo(pixels.AsSpan(at++ * ImageBytes));
            }
        }
        return new LabeledImages(new InMemoryImages(pixels, Side, name), labels, ReadNames(folder));
    }

    private static int CountRecords(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new FileNotFoundException($"'{path}' is missing; unpack the binary version of CIFAR-10 there.", path);
        if (file.Length == 0 || file.Length % RecordBytes != 0 || file.Length > int.MaxValue / 8)
            throw new InvalidDataException(
                $"'{path}' has {file.Length} bytes, not a whole number of records of {RecordBytes}; "
                + "unpack the binary version of CIFAR-10 again.");
        return (int)(file.Length / RecordBytes);
    }

    private static string[] ReadNames(string folder)
    {
        var path = Path.Combine(folder, "batches.meta.txt");
        var read = File.Exists(path) ? File.ReadAllLines(path).Where(line => !string.IsNullOrWhiteSpace(line)).ToArray() : [];
        return read.Length == names.Length ? read : names;
    }
}
