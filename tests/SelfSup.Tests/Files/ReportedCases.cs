using System.IO.Compression;

namespace SelfSup.Tests.Files;

/// <summary>Small inputs that users had trouble with, in the shared data folder, where there is one above the tests.</summary>
internal static class ReportedCases
{
    public const string Missing = "No shared/data/reported-cases.zip above the tests.";

    public static string? ZipPath { get; } = Find();

    /// <summary>The files of a folder by their names.</summary>
    public static Dictionary<string, byte[]> Read(string folder)
    {
        using var zip = ZipFile.OpenRead(ZipPath!);
        return zip.Entries
            .Where(entry => entry.Name.Length > 0 && entry.FullName.StartsWith(folder + "/", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Name, ReadEntry);
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
            var path = Path.Combine(folder.FullName, "shared", "data", "reported-cases.zip");
            if (File.Exists(path))
                return path;
        }
        return null;
    }
}

/// <summary>A test that is skipped, with the reason, where the reported cases are absent.</summary>
internal sealed class ReportedFactAttribute : FactAttribute
{
    public ReportedFactAttribute()
    {
        if (ReportedCases.ZipPath is null)
            Skip = ReportedCases.Missing;
    }
}
