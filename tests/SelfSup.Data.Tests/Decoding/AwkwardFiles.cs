using System.IO.Compression;

namespace SelfSup.Data.Tests.Decoding;

/// <summary>The awkward files of the shared data folder, where there is one above the tests.</summary>
internal static class AwkwardFiles
{
    public const string Missing = "No shared/data/awkward.zip above the tests.";

    public static string? ZipPath { get; } = Find("awkward.zip");

    public static Dictionary<string, byte[]> Read() => Read(ZipPath!, _ => true);

    /// <summary>Files on which decoding once failed; empty where the archive is absent.</summary>
    public static Dictionary<string, byte[]> ReadReported() => Find("reported-cases.zip") is { } path
        ? Read(path, entry => entry.FullName.Split('/')[0] is "jpeg_orientation" or "png_orientation" or "mjpeg" or "reasons")
        : [];

    private static Dictionary<string, byte[]> Read(string path, Func<ZipArchiveEntry, bool> isWanted)
    {
        using var zip = ZipFile.OpenRead(path);
        return zip.Entries.Where(entry => entry.Name.Length > 0 && isWanted(entry)).ToDictionary(entry => entry.Name, ReadEntry);
    }

    private static byte[] ReadEntry(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", name);
            if (File.Exists(path))
                return path;
        }
        return null;
    }
}

/// <summary>A test that is skipped, with the reason, where the awkward files are absent.</summary>
internal sealed class AwkwardFactAttribute : FactAttribute
{
    public AwkwardFactAttribute()
    {
        if (AwkwardFiles.ZipPath is null)
            Skip = AwkwardFiles.Missing;
    }
}
