namespace SelfSup.Data;

/// <summary>
/// The images in tar files, as WebDataset writes them, read at random from memory maps: ten million images need no ten million files.
/// </summary>
/// <remarks>
/// <para>
/// Opening reads the headers alone, and keeps about 20 bytes an image beside its name. Links and members without content are left out;
/// names are never used as paths. A damaged member is named in <see cref="Failures"/>, and the rest is read.
/// </para>
/// <para>
/// Images are read in random order, as from a folder. Where the files are larger than memory and lie on a disk that seeks slowly, an epoch
/// waits for it; <see cref="PackedImages"/> are smaller then.
/// </para>
/// </remarks>
public class TarImages : IImageSource, IDisposable
{
    private readonly ImageShards images;

    private protected TarImages(string pattern, ImageShards images, IReadOnlyList<ImageFailure> failures)
    {
        Pattern = pattern;
        this.images = images;
        Failures = failures;
    }

    /// <summary>What the images were opened by.</summary>
    public string Pattern { get; }

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <summary>Members that are left out: damaged ones, links, and images of kinds that are not read.</summary>
    public IReadOnlyList<ImageFailure> Failures { get; }

    /// <summary>The pattern, how many files it names, what decodes their images, and how many are left out.</summary>
    public string Description => images.Describe(Pattern) + (Failures.Count > 0 ? $"; {Failures.Count:N0} left out, such as {Failures[0].Name}" : "");

    /// <summary>Opens tar files.</summary>
    /// <param name="pattern">
    /// A file, or many: <c>{0000..0099}</c> counts, <c>{a,b}</c> lists, and in the last part of the path <c>*</c> and <c>?</c> stand for what is there.
    /// </param>
    /// <param name="decoder">Decodes the images; <see cref="IImageDecoder.Default"/> if null.</param>
    /// <param name="cancellationToken">Stops reading the headers.</param>
    /// <returns>
    /// The images; <see cref="LabeledTarImages"/> if each of them has a class: a member of the same name that ends in <c>.cls</c> and holds a
    /// number or a name, or one that ends in <c>.json</c> and has it as <c>label</c>. Disposing them closes the files.
    /// </returns>
    /// <exception cref="FileNotFoundException">A file that the pattern names is missing.</exception>
    /// <exception cref="InvalidDataException">A file is no tar file, or compressed, or there is no image in any.</exception>
    public static TarImages Open(string pattern, IImageDecoder? decoder = null, CancellationToken cancellationToken = default)
    {
        var files = ShardPattern.Find(pattern);
        var shards = new TarShard[files.Length];
        try
        {
            Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = cancellationToken },
                i => shards[i] = TarShard.Open(files[i], cancellationToken));
            return Join(pattern, shards, decoder ?? IImageDecoder.Default);
        }
        catch (Exception error)
        {
            foreach (var shard in shards)
                shard?.Images.Dispose();
            if (error is AggregateException { InnerExceptions: [var first, ..] })
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
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
    public ulong GetFingerprint() => images.Fingerprint(nameof(TarImages), withTimes: true);

    /// <summary>A number that comes of the files' names, the names and lengths of the images, and the content of some.</summary>
    /// <returns>The number; copies of the files have the same.</returns>
    public ulong GetIdentity() => images.Fingerprint(nameof(TarImages), withTimes: false);

    /// <summary>Closes the files. Reads in progress end first.</summary>
    public void Dispose()
    {
        images.Dispose();
        GC.SuppressFinalize(this);
    }

    private static TarImages Join(string pattern, TarShard[] shards, IImageDecoder decoder)
    {
        var images = new ImageShards([.. shards.Select(shard => shard.Images)], decoder);
        ImageFailure[] failures = [.. shards.SelectMany(shard => shard.Failures)];
        if (images.Count == 0)
        {
            throw new InvalidDataException(
                $"There is no image in '{pattern}': no member that ends in {string.Join(", ", ImageKinds.Read)}."
                + (failures.Length > 0 ? $" {failures[0].Name}: {failures[0].Reason}." : ""));
        }
        string?[] texts = [.. shards.SelectMany(shard => shard.Labels)];
        return StoredLabels.Read(texts) is { } labels
            ? new LabeledTarImages(pattern, images, failures, labels)
            : new TarImages(pattern, images, failures);
    }
}
