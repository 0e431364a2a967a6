using System.IO.Hashing;
using SelfSup.Data;

namespace SelfSup.Curation;

/// <summary>Finds images by what is in their files. Files are read where one of the same length is looked for, each once.</summary>
internal sealed class FileContents
{
    private readonly Dictionary<int, string> files;
    private readonly Dictionary<int, UInt128?> hashes = [];
    private readonly ILookup<long, int> lengths;

    private FileContents(Dictionary<int, string> files)
    {
        this.files = files;
        lengths = files.ToLookup(file => LengthOf(file.Value), file => file.Key);
    }

    /// <summary>Looks up the files of images; those without one are passed over, and so are pipes and devices, which have no length.</summary>
    public static FileContents Of(IImageSource source) => new(Enumerable.Range(0, source.Count)
        .Select(image => (Image: image, File: source.FileOf(image)))
        .Where(image => image.File is not null && LengthOf(image.File) > 0)
        .ToDictionary(image => image.Image, image => image.File!));

    /// <summary>Length of an image's file in bytes; 0 where it has none.</summary>
    public long LengthOf(int image) => files.TryGetValue(image, out var file) ? LengthOf(file) : 0;

    /// <summary>What tells the content of an image's file from others; null where it has none or cannot be read.</summary>
    public UInt128? ContentOf(int image) => files.ContainsKey(image) ? HashOf(image) : null;

    /// <summary>Images whose files are the same, byte by byte: groups of two or more.</summary>
    public IEnumerable<int[]> Groups(CancellationToken cancellationToken = default)
    {
        foreach (var alike in lengths.Where(alike => alike.Skip(1).Any()))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var group in alike.GroupBy(HashOf).Where(group => group.Key is not null && group.Skip(1).Any()))
                yield return [.. group.Order()];
        }
    }

    /// <summary>The images whose files have the content of a file.</summary>
    public IReadOnlyList<int> Find(string file)
    {
        var candidates = lengths[LengthOf(file)].ToArray();
        if (candidates.Length == 0)
            return [];
        using var bytes = FileBytes.Read(file);
        var hash = XxHash128.HashToUInt128(bytes.Span);
        return [.. candidates.Where(image => HashOf(image) == hash)];
    }

    private UInt128? HashOf(int image)
    {
        if (!hashes.TryGetValue(image, out var hash))
            hashes[image] = hash = TryHash(files[image]);
        return hash;
    }

    private static UInt128? TryHash(string file)
    {
        try
        {
            using var bytes = FileBytes.Read(file);
            return XxHash128.HashToUInt128(bytes.Span);
        }
        catch (ImageReadException)
        {
            return null;
        }
    }

    private static long LengthOf(string file) => FileTarget.Of(file) is FileInfo { Exists: true } found ? found.Length : 0;
}
