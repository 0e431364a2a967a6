using SkiaSharp;

namespace SelfSup.Data.Tests.Decoding;

public sealed class DecodeFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_gives_the_pixels_of_its_bytes()
    {
        var encoded = EncodedImage.Make(31, 20, (x, y) => new SKColor((byte)(8 * x), (byte)(12 * y), 40), SKEncodedImageFormat.Png);
        var expected = new byte[3 * 9 * 9];
        IImageDecoder.Default.Decode(encoded, 9, expected);
        Assert.Equal(expected, IImageDecoder.Default.DecodeFile(folder.Write("photo.png", encoded), 9));
    }

    [Fact]
    public void Missing_and_damaged_files_are_named()
    {
        var damaged = folder.Write("damaged.jpg", "no image"u8);
        var error = Assert.Throws<ImageReadException>(() => IImageDecoder.Default.DecodeFile(damaged, 9));
        Assert.Contains(damaged, error.Message);
        Assert.IsType<ImageReadException>(error.InnerException);
        var missing = folder["missing.jpg"];
        Assert.Contains(missing, Assert.Throws<FileNotFoundException>(() => IImageDecoder.Default.DecodeFile(missing, 9)).Message);
    }
}
