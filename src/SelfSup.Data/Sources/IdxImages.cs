using System.Buffers.Binary;
using System.IO.Compression;

namespace SelfSup.Data;

/// <summary>Images in the IDX format of MNIST and Fashion-MNIST, http://yann.lecun.com/exdb/mnist.</summary>
public static class IdxImages
{
    private const int ImageMagic = 0x803; // unsigned bytes in three dimensions
    private const int LabelMagic = 0x801; // unsigned bytes in one dimension

    /// <summary>Opens a file of images, plain or gzip-compressed, with its labels.</summary>
    /// <param name="imagesFile">The images, such as train-images-idx3-ubyte.gz.</param>
    /// <param name="labelsFile">The labels. Null takes the file whose name has labels-idx1 in place of images-idx3, if there is one.</param>
    /// <returns>The images as RGB; all have the label 0 when there are no labels.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not IDX, is cut off, has images that are not square, or the counts differ.</exception>
    public static InMemoryImages Open(string imagesFile, string? labelsFile = null)
    {
        var (sizes, pixels) = Read(imagesFile, ImageMagic);
        if (sizes[1] != sizes[2])
            throw new InvalidDataException($"{imagesFile} has images of {sizes[2]} x {sizes[1]} pixels; only square ones are supported.");
        labelsFile ??= GuessLabels(imagesFile);
        if (labelsFile is null)
            return new InMemoryImages(pixels, sizes[1], channels: 1);
        var (counts, labels) = Read(labelsFile, LabelMagic);
        if (counts[0] != sizes[0])
            throw new InvalidDataException($"{labelsFile} has {counts[0]} labels for the {sizes[0]} images of {imagesFile}.");
        return new InMemoryImages(pixels, sizes[1], [.. labels.Select(label => (int)label)], channels: 1);
    }

    private static string? GuessLabels(string imagesFile)
    {
        var name = Path.GetFileName(imagesFile);
        var guess = Path.Combine(Path.GetDirectoryName(imagesFile) ?? "", name.Replace("images", "labels").Replace("idx3", "idx1"));
        return name.Contains("images") && File.Exists(guess) ? guess : null;
    }

    private static (int[] Sizes, byte[] Values) Read(string path, int magic)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"The IDX file {path} is missing.", path);
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        // Read to the end first: the header's own figures are not to be trusted with memory.
        using var content = new MemoryStream();
        try
        {
            stream.CopyTo(content);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path} is no gzip file, or is damaged.", e);
        }
        var bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        var dimensions = magic & 0xff;
        if (bytes.Length < 4 + 4 * dimensions || BinaryPrimitives.ReadInt32BigEndian(bytes) != magic)
            throw new InvalidDataException($"{path} is no IDX file of {(dimensions == 3 ? "images" : "labels")}.");
        var sizes = new int[dimensions];
        var expected = 1L;
        for (var i = 0; i < dimensions; i++)
        {
            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(bytes[(4 + 4 * i)..]);
            if (sizes[i] < 1)
                throw new InvalidDataException($"{path} claims a size of {sizes[i]}.");
            expected *= sizes[i]; // three ints of at most 2^31 may overflow, so check on the way
            if (expected > int.MaxValue)
                throw new InvalidDataException($"{path} claims to hold more than {int.MaxValue} bytes.");
        }
        var values = bytes[(4 + 4 * dimensions)..];
        return values.Length == expected
            ? (sizes, values.ToArray())
            : throw new InvalidDataException($"{path} holds {values.Length} values, but its header claims {expected}.");
    }
}
