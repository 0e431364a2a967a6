using SelfSup.Data;

namespace SelfSup.Benchmarks;

/// <summary>Packed images that are deleted at the end.</summary>
internal sealed class TemporaryPacks : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("selfsup-benchmarks-").FullName;
    private readonly List<PackedImages> opened = [];

    /// <summary>Packs images and opens the file, which stays open until the end.</summary>
    public PackedImages Pack(IImageSource source, int side)
    {
        var path = Path.Combine(folder, $"{source.GetFingerprint():x16}-{side}.pack");
        opened.Add(PackedImages.OpenOrPackAsync(source, path, new() { ImageSize = side }).GetAwaiter().GetResult());
        return opened[^1];
    }

    public void Dispose()
    {
        foreach (var pack in opened)
            pack.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
