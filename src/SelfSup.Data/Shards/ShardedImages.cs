namespace SelfSup.Data;

/// <summary>
/// The images of files that each hold many, read at random from memory maps: <see cref="TarImages"/> opens some, so that ten million images
/// need no ten million files. Names in them are never used as paths.
/// </summary>
/// <remarks>
/// An image takes about 20 bytes of memory beside its name. Images are read in random order, as from a folder. Where the files are larger
/// than memory and lie on a disk that seeks slowly, an epoch waits for it: shuffle fewer at a time
/// (<see cref="ImageLoaderOptions.ShuffleWindow"/>), or make them smaller (<see cref="PackedImages"/>).
/// </remarks>
public class ShardedImages : IImageSource, IDisposable
{
    private readonly string pattern;
    private readonly ImageShard[] shards;
    private readonly int[] starts;
    private readonly IImageDecoder decoder;

    private protected ShardedImages(string pattern, IReadOnlyList<ShardListing> listings, IImageDecoder decoder)
    {
        (this.pattern, this.decoder) = (pattern, decoder);
        shards = [.. listings.Select(listing => listing.Images).Where(shard => shard.Count > 0)];
        Failures = [.. listings.SelectMany(listing => listing.Failures)];
        starts = new int[shards.Length];
        var count = 0L;
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = (int)count;
            count += shards[i].Count;
            if (count > int.MaxValue)
                throw new InvalidDataException($"There are more than {int.MaxValue:N0} images in '{pattern}'; open some of the files by themselves.");
        }
        Count = (int)count;
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>What is left out: damaged parts of the files, links, and images of kinds that are not read.</summary>
    public IReadOnlyList<ImageFailure> Failures { get; }

    /// <summary>The pattern, how many files it names, what decodes their images, and how many are left out.</summary>
    public string Description =>
        $"{pattern}, {shards.Length:N0} {(shards.Length == 1 ? "file" : "files")}, decoded by {decoder.Name}"
        + (Failures.Count > 0 ? $"; {Failures.Count:N0} left out, such as {Failures[0].Name}" : "");

    /// <summary>Joins the images of several files, which it then owns.</summary>
    /// <param name="pattern">What they were opened by.</param>
    /// <param name="listings">What the files hold.</param>
    /// <param name="nothing">What is missing where there is no image, such as members of a kind.</param>
    /// <param name="decoder">Decodes the images; <see cref="IImageDecoder.Default"/> if null.</param>
    /// <returns>The images, labeled ones where each has a class.</returns>
    /// <exception cref="InvalidDataException">There is no image, or there are more than an index can count.</exception>
    internal static ShardedImages Join(string pattern, IReadOnlyList<ShardListing> listings, string nothing, IImageDecoder? decoder)
    {
        if (listings.All(listing => listing.Images.Count == 0))
        {
            var left = listings.SelectMany(listing => listing.Failures).FirstOrDefault();
            throw new InvalidDataException($"There is no image in '{pattern}': {nothing}." + (left is null ? "" : $" {left.Name}: {left.Reason}."));
        }
        string?[] texts = [.. listings.SelectMany(listing => listing.Labels)];
        decoder ??= IImageDecoder.Default;
        return StoredLabels.Read(texts, listings[0].ClassNames) is { } labels
            ? new LabeledShardedImages(pattern, listings, decoder, labels)
            : new ShardedImages(pattern, listings, decoder);
    }

    /// <summary>The name of an image in its file, behind the file's.</summary>
    /// <param name="index">The image, 0..<see cref="Count"/>-1.</param>
    /// <returns>The name.</returns>
    public string NameOf(int index)
    {
        var (shard, inner) = Find(index);
        return shard.NameOf(inner);
    }

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => Read(index, size, SquareCrop.Center, pixels);

    /// <inheritdoc/>
    public void Read(int index, int size, double place, Span<byte> pixels)
    {
        var (shard, inner) = Find(index);
        shard.Read(inner, decoder, size, place, pixels);
    }

    /// <inheritdoc/>
    public void Prefetch(int first, int count)
    {
        for (var end = (long)first + count; first < end;)
        {
            var (shard, inner) = Find(first);
            var here = (int)Math.Min(end - first, shard.Count - inner);
            shard.Prefetch(inner, here);
            first += here;
        }
    }

    /// <summary>A number that comes of the decoder, the files' names and times, the names and lengths of the images, and the content of some.</summary>
    /// <returns>The number.</returns>
    public ulong GetFingerprint() => Identify(withTimes: true);

    /// <summary>A number that comes of the files' names, the names and lengths of the images, and the content of some.</summary>
    /// <returns>The number; copies of the files have the same.</returns>
    public ulong GetIdentity() => Identify(withTimes: false);

    /// <summary>Closes the files. Reads in progress end first.</summary>
    public void Dispose()
    {
        foreach (var shard in shards)
            shard.Dispose();
        GC.SuppressFinalize(this);
    }

    private ulong Identify(bool withTimes)
    {
        var fingerprint = new Fingerprint(nameof(ShardedImages));
        if (withTimes)
            fingerprint.Add(decoder.Name);
        foreach (var shard in shards)
        {
            fingerprint.Add(Path.GetFileName(shard.Path));
            if (withTimes)
                fingerprint.Add((ulong)FileTarget.Of(shard.Path).LastWriteTimeUtc.Ticks);
            shard.AddTo(fingerprint);
        }
        return fingerprint.Value;
    }

    private (ImageShard Shard, int Inner) Find(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count:N0} images.");
        var at = Array.BinarySearch(starts, index);
        at = at < 0 ? ~at - 1 : at;
        return (shards[at], index - starts[at]);
    }
}
