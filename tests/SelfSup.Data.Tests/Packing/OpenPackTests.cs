namespace SelfSup.Data.Tests.Packing;

/// <summary>A pack that is open, and with it mapped into memory, while the images are packed anew.</summary>
public sealed class OpenPackTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task It_keeps_its_images_and_is_replaced_at_once_or_when_it_is_closed()
    {
        var path = folder["images.pack"];
        await Pack(8, path);
        byte[] first = new byte[3 * 16 * 16], again = new byte[first.Length];
        using (var open = PackedImages.Open(path))
        {
            open.Read(7, 16, first);
            if (OperatingSystem.IsWindows())
            {
                var error = await Assert.ThrowsAsync<IOException>(() => Pack(4, path));
                Assert.Contains(path, error.Message);
                Assert.Contains("Close it and pack again", error.Message);
            }
            else
            {
                await Pack(4, path);
            }
            open.Read(7, 16, again);
        }
        Assert.Equal(first, again);
        Assert.Equal(OperatingSystem.IsWindows() ? 0 : 4, await Pack(4, path));
        using var replaced = PackedImages.Open(path);
        Assert.Equal(4, replaced.Count);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    private static async Task<int> Pack(int count, string path)
    {
        var source = new NumberedImages(count);
        await PackedImages.PackAsync(source, path, new() { ImageSize = 16, Workers = 1 });
        return source.Reads;
    }
}
