using System.Buffers.Binary;
using System.IO.Compression;

namespace SelfSup.Data;

/// <summary>Reads gray images in IDX files, plain or gzipped: MNIST, Fashion-MNIST and their kin.</summary>
/// <remarks>http://yann.lecun.com/exdb/mnist: a big-endian header of magic number and dimensions, then the bytes.</remarks>
public static class IdxImages
{
    private const int ImagesMagic = 0x803;
    private const int LabelsMagic = 0x801;

    /// <summary>Reads the images to memory.</summary>
    /// <param name="imagesFile">The file of images, such as train-images-idx3-ubyte.gz.</param>
    /// <returns>The images; those that are not square are cropped to the central square, and gray becomes RGB.</returns>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The file is not an IDX file of images, or is truncated.</exception>
    public static IImageSource Open(string imagesFile) => ReadImages(imagesFile);

    /// <summary>Reads the images and their labels to memory.</summary>
    /// <param name="imagesFile">The file of images, such as train-images-idx3-ubyte.gz.</param>
    /// <param name="labelsFile">The file of labels; if null, the one with labels-idx1 for images-idx3 in its name.</param>
    /// <param name="classNames">The names of the classes; their numbers if null.</param>
    /// <returns>The images; those that are not square are cropped to the central square, and gray becomes RGB.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not an IDX file, is truncated, or the two do not belong together.</exception>
    public static ILabeledImageSource OpenLabeled(string imagesFile, string? labelsFile = null, IReadOnlyList<string>? classNames = null)
    {
        labelsFile ??= GuessLabels(imagesFile);
        var images = ReadImages(imagesFile);
        var (counts, labels) = ReadIdx(labelsFile, LabelsMagic, dimensions: 1);
        if (counts[0] != images.Count)
            throw new InvalidDataException($"'{labelsFile}' has {counts[0]} labels, and '{imagesFile}' has {images.Count} images.");
        if (classNames is not null && labels.Any(label => label >= classNames.Count))
            throw new InvalidDataException($"'{labelsFile}' has a label {labels.Max()}, and there are {classNames.Count} class names.");
        return new LabeledImages(images, [.. labels.Select(label => (int)label)], classNames);
    }

    private static string GuessLabels(string imagesFile)
    {
        var name = Path.GetFileName(imagesFile);
        var labels = Path.Combine(Path.GetDirectoryName(imagesFile) ?? "", name.Replace("images", "labels").Replace("idx3", "idx1"));
        string[] candidates = [labels, labels.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? labels[..^3] : labels + ".gz"];
        return candidates.FirstOrDefault(file => file != imagesFile && File.Exists(file))
            ?? throw new FileNotFoundException($"There is no '{labels}' beside '{imagesFile}'; name the file of labels.", labels);
    }

    private static InMemoryImages ReadImages(string path)
    {
        var (sizes, gray) = ReadIdx(path, ImagesMagic, dimensions: 3);
        var (count, height, width) = (sizes[0], sizes[1], sizes[2]);
        var side = Math.Min(width, height);
        if (3L * count * side * side > Array.MaxLength)
            throw new InvalidDataException($"'{path}' has {count} images of {width} x {height}: more than fit in memory as RGB.");
        var plane = side * side;
        var pixels = new byte[3 * count * plane];
        var corner = (height - side) / 2 * width + (width - side) / 2;
        for (var image = 0; image < count; image++)
        {
            var target = pixels.AsSpan(image * 3 * plane, 3 * plane);
            for (var y = 0; y < side; y++)
                gray.AsSpan(image * height * width + corner + y * width, side).CopyTo(target[(y * side)..]);
            target[..plane].CopyTo(target[plane..]);
            target[..plane].CopyTo(target[(2 * plane)..]);
        }
        return new InMemoryImages(pixels, side, Path.GetFileName(path));
    }

    private static (int[] Sizes, byte[] Data) ReadIdx(string path, int magic, int dimensions)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no '{path}'.", path);
        using var file = File.OpenRead(path);
        var zipped = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        using var stream = zipped ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var header = new byte[4 * (1 + dimensions)];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
            || BinaryPrimitives.ReadInt32BigEndian(header) != magic)
        {
            var kind = magic == ImagesMagic ? "images" : "labels";
            throw new InvalidDataException($"'{path}' is not an IDX file of {kind} (it does not begin with 0x{magic:x8}).");
        }
        var sizes = Enumerable.Range(1, dimensions).Select(i => BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 * i))).ToArray();
        var length = sizes.Aggregate((Int128)1, (product, size) => product * size);
        if (sizes.Any(size => size < 1) || length > Array.MaxLength)
            throw new InvalidDataException($"'{path}' claims impossible dimensions: {string.Join(" x ", sizes)}.");
        return (sizes, ReadData(stream, path, (int)length));
    }

    /// <summary>Reads in steps, so that a header that lies about the length costs no memory.</summary>
    private static byte[] ReadData(Stream stream, string path, int length)
    {
        const int step = 1 << 24;
        var data = new byte[Math.Min(length, step)];
        var count = 0;
        while (true)
        {
            var read = stream.ReadAtLeast(data.AsSpan(count), data.Length - count, throwOnEndOfStream: false);
            count += read;
            if (count < data.Length)
                throw new InvalidDataException($"'{path}' is truncated: {count} of {length} bytes follow the header.");
            if (count == length)
                break;
            Array.Resize(ref data, (int)Math.Min(length, 2L * data.Length));
        }
        if (stream.ReadByte() >= 0)
            throw new InvalidDataException($"'{path}' is longer than the {length} bytes that its header claims.");
        return data;
    }
}
