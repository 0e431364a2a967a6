using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using SelfSup.Data;

namespace SelfSup.Benchmarks;

/// <summary>How long it takes to open very many images, and to tell by their identity whether a run may go on with them.</summary>
internal static class EntriesBenchmark
{
    private const int PerFolder = 10_000;

    /// <summary>Measures a tar file, a list and a folder.</summary>
    /// <param name="entries">How many images each has.</param>
    /// <param name="rounds">How often each takes its turn.</param>
    /// <returns>A table in Markdown.</returns>
    public static string Measure(int entries, int rounds)
    {
        var temporary = Directory.CreateTempSubdirectory("selfsup-entries-").FullName;
        try
        {
            string[] names = [.. Enumerable.Range(0, entries).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i / PerFolder:000}/{i:0000000}.png"))];
            var png = WriteOne(temporary);
            WriteTar(names, png, Path.Combine(temporary, "x.tar"));
            WriteFolder(names, png, Path.Combine(temporary, "images"));
            File.WriteAllLines(Path.Combine(temporary, "x.csv"), ["path,label", .. names.Select(name => $"images/{name},{name[..3]}")]);
            var comparison = new Comparison($"Opening {entries:N0} images and taking their identity", "images/s");
            foreach (var place in (string[])["x.tar", "x.csv", "images"])
            {
                comparison.Add($"{place}, opening", () => Open(Path.Combine(temporary, place), identify: false));
                comparison.Add($"{place}, opening and identity", () => Open(Path.Combine(temporary, place), identify: true));
            }
            comparison.Run(rounds);
            return comparison.ToMarkdown();
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static double Open(string place, bool identify)
    {
        var start = Stopwatch.GetTimestamp();
        var images = ImageSource.Open(place);
        if (identify)
            _ = images.GetIdentity();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var count = images.Count;
        (images as IDisposable)?.Dispose();
        return count / seconds;
    }

    private static byte[] WriteOne(string folder)
    {
        var path = Path.Combine(folder, "one.png");
        PngFile.Write(path, 1, 1, [1, 2, 3]);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    private static void WriteTar(string[] names, byte[] png, string path)
    {
        using var writer = new TarWriter(new BufferedStream(File.Create(path), 1 << 20), TarEntryFormat.Ustar);
        foreach (var name in names)
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(png) });
    }

    private static void WriteFolder(string[] names, byte[] png, string folder)
    {
        foreach (var part in names.Chunk(PerFolder))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, part[0]))!);
            foreach (var name in part)
                File.WriteAllBytes(Path.Combine(folder, name), png);
        }
    }
}
