using SkiaSharp;
using static SelfSup.Data.Tests.Decoding.EncodedImage;

namespace SelfSup.Data.Tests.Decoding;

public class TurboJpegDecoderTests
{
    // A picture with the smooth shades and the edges of a photograph.
    private static readonly byte[] picture = Make(211, 160, Shade, SKEncodedImageFormat.Jpeg, 90);

    private static SKColor Shade(int x, int y)
    {
        var wave = Math.Sin(x / 17.0) * Math.Cos(y / 23.0);
        var disc = Math.Pow(x - 120, 2) + Math.Pow(y - 70, 2) < 900 ? 60 : 0;
        return new SKColor((byte)(120 + 70 * wave + disc), (byte)(100 + x / 2 - disc), (byte)(60 + y));
    }

    private static byte[] Decode(IImageDecoder decoder, byte[] encoded, int size)
    {
        var pixels = new byte[3 * size * size];
        decoder.Decode(encoded, size, pixels);
        return pixels;
    }

    private static double Difference(byte[] encoded, int size) =>
        Decode(new TurboJpegDecoder(), encoded, size).Zip(Decode(SkiaImageDecoder.Default, encoded, size))
            .Average(pair => Math.Abs(pair.First - pair.Second));

    [TurboJpegFact]
    public void Pixels_are_those_of_skia_within_a_level()
    {
        foreach (var size in (int[])[7, 20, 33, 60, 80, 96, 120, 160, 200])
            Assert.InRange(Difference(picture, size), 0, 1);
        foreach (var (width, height) in ((int, int)[])[(1, 1), (3, 700), (700, 2), (17, 16)])
            Assert.InRange(Difference(Make(width, height, Shade, SKEncodedImageFormat.Jpeg), 9), 0, 1);
    }

    [TurboJpegFact]
    public void Every_orientation_is_applied_as_skia_does()
    {
        for (byte orientation = 1; orientation <= 8; orientation++)
            Assert.InRange(Difference(WithOrientation(picture, orientation), 48), 0, 2);
        Assert.InRange(Difference(WithOrientation(picture, 99), 48), 0, 2);
    }

    [TurboJpegFact]
    public void Gray_files_and_other_formats_are_decoded()
    {
        using var gray = new SKBitmap(new SKImageInfo(40, 40, SKColorType.Gray8, SKAlphaType.Opaque));
        gray.Erase(new SKColor(90, 90, 90));
        using var encoded = gray.Encode(SKEncodedImageFormat.Jpeg, 95);
        Assert.All(Decode(new TurboJpegDecoder(), encoded.ToArray(), 16), value => Assert.InRange(value, 88, 92));
        foreach (var format in (SKEncodedImageFormat[])[SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp])
            Assert.Equal(0, Difference(Make(30, 20, Shade, format), 16));
    }

    [TurboJpegFact]
    public void A_damaged_file_is_refused_or_read_just_as_by_skia()
    {
        var random = new Random(5);
        var (turbo, refused) = (new TurboJpegDecoder(), 0);
        for (var i = 0; i < 1500; i++)
        {
            var mutant = random.Next(4) == 0 ? picture[..random.Next(picture.Length)] : (byte[])picture.Clone();
            for (var change = random.Next(1, 6); change > 0 && mutant.Length > 0; change--)
                mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            var expected = ReasonOf(SkiaImageDecoder.Default, mutant);
            refused += expected is null ? 0 : 1;
            if (expected is not null)
                Assert.Equal(expected, ReasonOf(turbo, mutant));
            else
                Assert.Null(ReasonOf(turbo, mutant));
        }
        Assert.InRange(refused, 200, 1400);

        static string? ReasonOf(IImageDecoder decoder, byte[] encoded)
        {
            try
            {
                Decode(decoder, encoded, 40);
                return null;
            }
            catch (ImageReadException error)
            {
                return error.Message;
            }
        }
    }

    [TurboJpegFact]
    public void A_damaged_file_leaves_the_next_one_alone()
    {
        var random = new Random(6);
        var turbo = new TurboJpegDecoder();
        var expected = Decode(turbo, picture, 40);
        for (var i = 0; i < 300; i++)
        {
            // Damage to the header alone leaves the library in the middle of a file.
            var mutant = (byte[])picture.Clone();
            mutant[random.Next(400)] ^= (byte)random.Next(1, 256);
            _ = Record.Exception(() => Decode(turbo, mutant, 40));
            Assert.Equal(expected, Decode(turbo, picture, 40));
        }
    }

    [TurboJpegFact]
    public void A_picture_allocates_no_buffer()
    {
        var turbo = new TurboJpegDecoder();
        var pixels = new byte[3 * 32 * 32];
        turbo.Decode(picture, 32, pixels);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            turbo.Decode(picture, 32, pixels);
        // Its decoded pixels alone are 8 KB; what code that is not optimized yet boxes is far less.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 500);
    }

    [TurboJpegFact]
    public void Many_threads_decode_the_same_pixels()
    {
        var turbo = new TurboJpegDecoder();
        var expected = Decode(turbo, picture, 50);
        Parallel.For(0, 200, _ => Assert.Equal(expected, Decode(turbo, picture, 50)));
    }

    [TurboJpegFact]
    public void It_is_the_default_and_says_its_name()
    {
        Assert.IsType<TurboJpegDecoder>(IImageDecoder.Default);
        Assert.StartsWith("libjpeg-turbo for JPEG, SkiaSharp ", IImageDecoder.Default.Name);
    }
}
