namespace SelfSup.Data.Tests.Decoding;

public class PngFileTests
{
    [Fact]
    public void What_is_written_is_read_back()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "deep", "image.png");
        var rgb = Enumerable.Range(0, 6 * 6 * 3).Select(i => (byte)(i * 7)).ToArray();
        PngFile.Write(path, 6, 6, new byte[6 * 6 * 3]);
        PngFile.Write(path, 6, 6, rgb);
        var planes = new byte[rgb.Length];
        SkiaImageDecoder.Default.Decode(File.ReadAllBytes(path), 6, planes);
        for (var i = 0; i < rgb.Length; i++)
            Assert.Equal(rgb[i], planes[i % 3 * 36 + i / 3]);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_wrong_number_of_bytes_is_refused() =>
        Assert.Throws<ArgumentException>(() => PngFile.Write("never.png", 2, 2, new byte[11]));
}
