using SelfSup.Data.Tests.Decoding.Fuzzing;
using SkiaSharp;

namespace SelfSup.Data.Tests.Decoding;

/// <summary>A JPEG whose picture is not all there is refused, even where decoders fill the rest with gray.</summary>
public class JpegFileTests
{
    private const byte StartOfScan = 0xDA;

    private static readonly byte[] sequential = EncodedImage.Make(
        93, 71, (x, y) => new SKColor((byte)(x * 2), (byte)(y * 3), (byte)(x * y)), SKEncodedImageFormat.Jpeg, 85);

    private static IImageDecoder[] Decoders =>
        TurboJpegDecoder.IsAvailable ? [SkiaImageDecoder.Default, new TurboJpegDecoder()] : [SkiaImageDecoder.Default];

    private static byte[] Decode(IImageDecoder decoder, byte[] jpeg)
    {
        var pixels = new byte[3 * 32 * 32];
        decoder.Decode(jpeg, 32, pixels);
        return pixels;
    }

    private static void AssertRefused(byte[] jpeg, string reason)
    {
        foreach (var decoder in Decoders)
            Assert.Contains(reason, Assert.Throws<ImageReadException>(() => Decode(decoder, jpeg)).Message);
    }

    private static byte[] WithEnd(byte[] jpeg) => [.. jpeg, 0xFF, 0xD9];

    private static int[] PlacesOf(byte[] jpeg, byte marker) =>
        [.. Enumerable.Range(0, jpeg.Length - 1).Where(i => jpeg[i] == 0xFF && jpeg[i + 1] == marker)];

    [Fact]
    public void Every_cut_of_a_sequential_file_is_told_even_with_an_end_marker_put_on()
    {
        var scan = PlacesOf(sequential, StartOfScan)[0];
        for (var length = scan + 14; length < sequential.Length - 4; length += 37)
        {
            AssertRefused(sequential[..length], "truncated");
            AssertRefused(WithEnd(sequential[..length]), "data end before the picture does");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(100)]
    public void No_picture_has_extreme_values(int quality)
    {
        var random = new Random(1);
        byte[] levels = [0, 255];
        var noise = EncodedImage.Make(
            64, 64, (_, _) => new SKColor(levels[random.Next(2)], levels[random.Next(2)], levels[random.Next(2)]), SKEncodedImageFormat.Jpeg, quality);
        Assert.False(JpegFile.HasExtremeValues(noise));
        Assert.False(JpegFile.HasExtremeValues(EncodedImage.Make(64, 64, (_, _) => SKColors.White, SKEncodedImageFormat.Jpeg, quality)));
        Assert.False(JpegFile.HasExtremeValues(ProgressiveJpeg.Bytes));
        Assert.False(JpegFile.HasExtremeValues(StandardJpeg.Restarting));
    }

    [Fact]
    public void Values_that_a_damaged_table_multiplies_are_extreme()
    {
        foreach (var jpeg in new[] { sequential, ProgressiveJpeg.Bytes })
        {
            var damaged = (byte[])jpeg.Clone();
            const int fromMarkerToMean = 5; // the segment's length and the table's number lie between
            damaged[PlacesOf(damaged, JpegMarkers.QuantizationTables)[0] + fromMarkerToMean] = 255;
            Assert.True(JpegFile.HasExtremeValues(damaged));
        }
    }

    [Fact]
    public void What_breaks_off_behind_the_picture_is_refused_and_not_passed_over_in_silence()
    {
        foreach (byte marker in (byte[])[0xDB, 0xDD, 0xC9, 0xF9]) // a bit from an end marker
            AssertRefused([.. sequential[..^1], marker], "damaged");
        AssertRefused([.. sequential[..^2], 0xFF, 0xFE, 0x10, 0x00], "damaged"); // a comment of 4 KB
    }

    [Fact]
    public void A_sequential_file_that_lacks_its_end_marker_alone_is_whole()
    {
        foreach (var decoder in Decoders)
        {
            var expected = Decode(decoder, sequential);
            var actual = Decode(decoder, sequential[..^2]);
            Assert.InRange(expected.Zip(actual).Average(pair => Math.Abs(pair.First - pair.Second)), 0, 2);
        }
    }

    [Fact]
    public void Every_cut_of_a_progressive_file_is_told()
    {
        var whole = ProgressiveJpeg.Bytes;
        for (var length = PlacesOf(whole, StartOfScan)[0] + 14; length < whole.Length - 2; length++)
        {
            Assert.All(Decoders, decoder => Assert.Throws<ImageReadException>(() => Decode(decoder, whole[..length])));
            Assert.All(Decoders, decoder => Assert.Throws<ImageReadException>(() => Decode(decoder, WithEnd(whole[..length]))));
        }
    }

    [Fact]
    public void A_progressive_file_without_its_last_scans_is_refused()
    {
        var whole = ProgressiveJpeg.Bytes;
        var scans = PlacesOf(whole, StartOfScan);
        Assert.Equal(10, scans.Length);
        AssertRefused(WithEnd(whole[..scans[^1]]), "scans are missing");
    }

    [Fact]
    public void A_scan_that_is_repeated_without_end_is_refused()
    {
        var whole = ProgressiveJpeg.Bytes;
        var last = whole[PlacesOf(whole, StartOfScan)[^1]..^2];
        AssertRefused(WithEnd([.. whole[..^2], .. Enumerable.Repeat(last, 200).SelectMany(bytes => bytes)]), "scans");
    }

    [Fact]
    public void A_coding_that_no_check_can_follow_is_named()
    {
        var arithmetic = (byte[])sequential.Clone();
        arithmetic[PlacesOf(sequential, 0xC0)[0] + 1] = 0xC9;
        AssertRefused(arithmetic, "arithmetic");
    }

    [Fact]
    public void Bytes_between_segments_and_after_the_end_do_no_harm()
    {
        var tables = PlacesOf(sequential, 0xC4)[0];
        byte[] padded = [.. sequential[..tables], 0xFF, 0x00, 7, 0xFF, 0xFF, .. sequential[tables..], 0xFF, 0xDA, 1, 2, 3];
        foreach (var decoder in Decoders)
            Assert.Equal(Decode(decoder, sequential), Decode(decoder, padded));
    }
}
