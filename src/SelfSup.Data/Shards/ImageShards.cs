namespace SelfSup.Data;

/// <summary>The images of several shards, one after the other.</summary>
internal sealed class ImageShards : IDisposable
{
    private readonly ImageShard[] shards;
    private readonly int[] starts;
    private readonly IImageDecoder decoder;

    /// <summary>Joins shards, which it then owns; those without images are passed over.</summary>
    /// <exception cref="InvalidDataException">There are more images than an index can count.</exception>
    public ImageShards(IReadOnlyList<ImageShard> shards, IImageDecoder decoder)
    {
        this.shards = [.. shards.Where(shard => shard.Count > 0)];
        foreach (var empty in shards.Where(shard => shard.Count == 0))
            empty.Dispose();
        this.decoder = decoder;
        starts = new int[this.shards.Length];
        var count = 0L;
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = (int)count;
            count += this.shards[i].Count;
            if (count > int.MaxValue)
                throw new InvalidDataException($"There are more than {int.MaxValue:N0} images; open some of the files by themselves.");
        }
        Count = (int)count;
    }

    public int Count { get; }

    public string NameOf(int index)
    {
        var (shard, inner) = Find(index);
        return shard.NameOf(inner);
    }

    public void Read(int index, int size, double place, Span<byte> pixels)
    {
        var (shard, inner) = Find(index);
        shard.Read(inner, decoder, size, place, pixels);
    }

    /// <summary>A number that comes of the names, lengths, and some contents, and of the decoder and the files' times if that is wanted.</summary>
    public ulong Fingerprint(string kind, bool withTimes)
    {
        var fingerprint = new Fingerprint(kind);
        if (withTimes)
            fingerprint.Add(decoder.Name);
        foreach (var shard in shards)
        {
            fingerprint.Add(Path.GetFileName(shard.Path));
            if (withTimes)
                fingerprint.Add((ulong)File.GetLastWriteTimeUtc(shard.Path).Ticks);
            shard.AddTo(fingerprint);
        }
        return fingerprint.Value;
    }

    public string Describe(string pattern) =>
        $"{pattern}, {shards.Length:N0} {(shards.Length == 1 ? "file" : "files")}, decoded by {decoder.Name}";

    public void Dispose()
    {
        foreach (var shard in shards)
            shard.Dispose();
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
