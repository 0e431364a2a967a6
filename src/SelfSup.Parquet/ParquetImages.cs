using SelfSup.Data;

namespace SelfSup.Parquet;

/// <summary>The images in Parquet files, as Hugging Face stores data sets: encoded bytes, their path, and a label.</summary>
/// <remarks>
/// A page of such a file can only be unpacked as a whole, and training reads images in random order. So opening copies the encoded images
/// once to a temporary file, which takes as much room as they do and is gone with them.
/// </remarks>
public class ParquetImages : IImageSource, IDisposable
{
    private readonly ImageShards images;

    private protected ParquetImages(string pattern, ImageShards images, IReadOnlyList<ImageFailure> failures)
    {
        Pattern = pattern;
        this.images = images;
        Failures = failures;
    }

    /// <summary>What the images were opened by.</summary>
    public string Pattern { get; }

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <summary>Rows without an image.</summary>
    public IReadOnlyList<ImageFailure> Failures { get; }

    /// <summary>The pattern, how many files it names, what decodes their images, and how many rows are left out.</summary>
    public string Description => images.Describe(Pattern) + (Failures.Count > 0 ? $"; {Failures.Count:N0} rows left out, such as {Failures[0].Name}" : "");

    /// <summary>Opens Parquet files and unpacks their images.</summary>
    /// <param name="pattern">
    /// A file, or many: <c>{0000..0099}</c> counts, <c>{a,b}</c> lists, and in the last part of the path <c>*</c> and <c>?</c> stand for what is there.
    /// </param>
    /// <param name="options">The columns, and where the copy lies; null means the defaults.</param>
    /// <param name="cancellationToken">Stops unpacking.</param>
    /// <returns>The images; <see cref="LabeledParquetImages"/> if each of them has a label. Disposing them deletes the copy.</returns>
    /// <exception cref="FileNotFoundException">A file that the pattern names is missing.</exception>
    /// <exception cref="InvalidDataException">A file is no Parquet file, has no such column, or no file has an image.</exception>
    /// <exception cref="IOException">The copy cannot be written, such as on a full disk.</exception>
    public static async Task<ParquetImages> OpenAsync(
        string pattern, ParquetImagesOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var shards = new List<ParquetShard>();
        try
        {
            foreach (var file in ShardPattern.Find(pattern))
                shards.Add(await ParquetShard.OpenAsync(file, options, cancellationToken).ConfigureAwait(false));
            return Join(pattern, shards, options);
        }
        catch
        {
            foreach (var shard in shards)
                shard.Images.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string NameOf(int index) => images.NameOf(index);

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => Read(index, size, SquareCrop.Center, pixels);

    /// <inheritdoc/>
    public void Read(int index, int size, double place, Span<byte> pixels) => images.Read(index, size, place, pixels);

    /// <summary>A number that comes of the decoder, the files' names and times, and the names and lengths of the images.</summary>
    /// <returns>The number.</returns>
    public ulong GetFingerprint() => images.Fingerprint(nameof(ParquetImages), withTimes: true);

    /// <summary>A number that comes of the files' names, the names and lengths of the images, and the content of some.</summary>
    /// <returns>The number; copies of the files have the same.</returns>
    public ulong GetIdentity() => images.Fingerprint(nameof(ParquetImages), withTimes: false);

    /// <summary>Deletes the copy. Reads in progress end first.</summary>
    public void Dispose()
    {
        images.Dispose();
        GC.SuppressFinalize(this);
    }

    private static ParquetImages Join(string pattern, List<ParquetShard> shards, ParquetImagesOptions options)
    {
        var images = new ImageShards([.. shards.Select(shard => shard.Images)], options.Decoder ?? IImageDecoder.Default);
        ImageFailure[] failures = [.. shards.SelectMany(shard => shard.Failures)];
        if (images.Count == 0)
            throw new InvalidDataException($"There is no image in '{pattern}': its column '{options.ImageColumn}' is empty.");
        var names = shards[0].ClassNames;
        string?[] texts = [.. shards.SelectMany(shard => shard.Labels)];
        return StoredLabels.Read(texts, names) is { } labels
            ? new LabeledParquetImages(pattern, images, failures, labels)
            : new ParquetImages(pattern, images, failures);
    }
}
