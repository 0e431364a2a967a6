using System.IO.Compression;

namespace SelfSup.Data.Tests.Decoding;

/// <summary>The awkward files of the shared data folder, where there is one above the tests.</summary>
internal static class AwkwardFiles
{
    public const string Missing = "No shared/data/awkward.zip above the tests.";

    public static string? ZipPath { get; } = Find();

    public static Dictionary<string, byte[]> Read()
    {
        using var zip = ZipFile.OpenRead(ZipPath!);
        return zip.Entries.Where(entry => entry.Name.Length > 0).ToDictionary(entry => entry.Name, ReadEntry);
    }

    private static byte[] ReadEntry(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", "awkward.zip");
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
