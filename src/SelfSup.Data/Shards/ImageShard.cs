using System.Text;

namespace SelfSup.Data;

/// <summary>The encoded images of one file that holds many, read from a memory map. Beside its name an image takes 20 bytes.</summary>
internal sealed class ImageShard : IDisposable
{
    private readonly List<long> offsets = [];
    private readonly List<int> lengths = [];
    private readonly List<int> nameEnds = [];
    private readonly List<byte> names = [];
    private MappedFile? map;

    /// <summary>Begins the list of a file's images.</summary>
    /// <param name="path">The full path that the file is known by.</param>
    public ImageShard(string path) => Path = path;

    public string Path { get; }

    public int Count => offsets.Count;

    /// <summary>Adds an image.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="offset">Where its bytes begin.</param>
    /// <param name="length">How many there are.</param>
    public void Add(string name, long offset, int length)
    {
        names.AddRange(Encoding.UTF8.GetBytes(name));
        nameEnds.Add(names.Count);
        offsets.Add(offset);
        lengths.Add(length);
    }

    /// <summary>Ends the list: maps the file that its places are of.</summary>
    /// <param name="file">The file, not empty; owned by the shard from then on.</param>
    public void Map(FileStream file)
    {
        offsets.TrimExcess();
        lengths.TrimExcess();
        nameEnds.TrimExcess();
        names.TrimExcess();
        map = new MappedFile(file);
    }

    /// <summary>The name of an image, with the file's before it.</summary>
    public string NameOf(int index)
    {
        var start = index == 0 ? 0 : nameEnds[index - 1];
        return $"{System.IO.Path.GetFileName(Path)}/{Encoding.UTF8.GetString([.. names[start..nameEnds[index]]])}";
    }

    public void Read(int index, IImageDecoder decoder, int size, double place, Span<byte> pixels)
    {
        using var bytes = map!.Acquire();
        bytes.Prefetch(offsets[index], lengths[index]);
        decoder.Decode(bytes.Slice(offsets[index], lengths[index]), size, place, pixels);
    }

    /// <summary>Starts to read neighboring images from disk, with what lies between them.</summary>
    public void Prefetch(int first, int count)
    {
        using var bytes = map!.Acquire();
        var last = first + count - 1;
        if (offsets[last] >= offsets[first]) // as it is where the images follow one another in the file
            bytes.Prefetch(offsets[first], offsets[last] + lengths[last] - offsets[first]);
    }

    /// <summary>Adds the names and lengths, and the content of one image.</summary>
    public void AddTo(Fingerprint fingerprint)
    {
        fingerprint.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(names));
        for (var i = 0; i < Count; i++)
        {
            fingerprint.Add((ulong)nameEnds[i]);
            fingerprint.Add((ulong)lengths[i]);
        }
        if (Count == 0)
            return;
        using var bytes = map!.Acquire();
        fingerprint.Add(bytes.Slice(offsets[Count / 2], lengths[Count / 2]));
    }

    public void Dispose() => map?.Dispose();
}
