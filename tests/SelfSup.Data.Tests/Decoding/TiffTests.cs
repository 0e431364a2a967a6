using System.Buffers.Binary;
using BitMiracle.LibTiff.Classic;
using SkiaSharp;
using static SelfSup.Data.Tests.Decoding.EncodedImage;

namespace SelfSup.Data.Tests.Decoding;

public class TiffTests
{
    private const int Width = 40, Height = 36, Size = 36;

    private static SKColor Shade(int x, int y) => new((byte)(x * 6), (byte)(y * 7), (byte)(x * y % 256));

    private static byte[] Decode(byte[] encoded)
    {
        var pixels = new byte[3 * Size * Size];
        IImageDecoder.Default.Decode(encoded, Size, pixels);
        return pixels;
    }

    private static string Reason(byte[] encoded) => Assert.Throws<ImageReadException>(() => Decode(encoded)).Message;

    /// <summary>What the picture is as PNG.</summary>
    private static byte[] Expected(Func<int, int, SKColor> color) => Decode(Make(Width, Height, color, SKEncodedImageFormat.Png));

    private static SKColor Gray(int value) => new((byte)value, (byte)value, (byte)value);

    /// <summary>Writes the values of all samples, row by row; 16-bit ones by the machine's order.</summary>
    private static byte[] Write(
        Func<int, int, int[]> samples, int bits = 8, Photometric photometric = Photometric.RGB, Compression compression = Compression.NONE,
        string mode = "w", bool planar = false, int tile = 0, int rows = 7, Action<Tiff>? set = null, int pages = 1)
    {
        using var memory = new MemoryStream();
        using (var tiff = Tiff.ClientOpen("test", mode, memory, new TiffStream()))
        {
            for (var page = 0; page < pages; page++)
            {
                var count = samples(0, 0).Length;
                (TiffTag, object)[] fields =
                [
                    (TiffTag.IMAGEWIDTH, Width), (TiffTag.IMAGELENGTH, Height), (TiffTag.BITSPERSAMPLE, bits), (TiffTag.SAMPLESPERPIXEL, count),
                    (TiffTag.PHOTOMETRIC, photometric), (TiffTag.COMPRESSION, compression),
                    (TiffTag.PLANARCONFIG, planar ? PlanarConfig.SEPARATE : PlanarConfig.CONTIG),
                ];
                foreach (var (tag, value) in fields)
                    tiff.SetField(tag, value);
                set?.Invoke(tiff);
                if (tile > 0)
                {
                    tiff.SetField(TiffTag.TILEWIDTH, tile);
                    tiff.SetField(TiffTag.TILELENGTH, tile);
                }
                else
                {
                    tiff.SetField(TiffTag.ROWSPERSTRIP, rows);
                }
                for (var plane = 0; plane < (planar ? count : 1); plane++)
                    WritePlane(tiff, (x, y) => planar ? [samples(x, y)[plane]] : page == 0 ? samples(x, y) : new int[count], bits, plane, tile);
                tiff.WriteDirectory();
            }
        }
        return memory.ToArray();
    }

    private static void WritePlane(Tiff tiff, Func<int, int, int[]> samples, int bits, int plane, int tile)
    {
        if (tile == 0)
        {
            for (var y = 0; y < Height; y++)
                tiff.WriteScanline(Row(0, y, Width), y, (short)plane);
            return;
        }
        for (var top = 0; top < Height; top += tile)
        {
            for (var left = 0; left < Width; left += tile)
            {
                byte[] piece = [.. Enumerable.Range(top, tile).SelectMany(y => Row(left, y, tile))];
                tiff.WriteTile(piece, left, top, 0, (short)plane);
            }
        }

        byte[] Row(int left, int y, int width)
        {
            var values = Enumerable.Range(left, width).SelectMany(x => samples(Math.Min(x, Width - 1), Math.Min(y, Height - 1)));
            if (bits == 16)
                return [.. values.SelectMany(value => BitConverter.GetBytes((ushort)value))];
            var all = values.SelectMany(value => Enumerable.Range(0, bits).Select(bit => value >> (bits - 1 - bit) & 1)).Chunk(8);
            return [.. all.Select(eight => (byte)eight.Select((bit, i) => bit << (7 - i)).Sum())];
        }
    }

    private static int[] Rgb(int x, int y) => [Shade(x, y).Red, Shade(x, y).Green, Shade(x, y).Blue];

    [Theory]
    [InlineData(Compression.NONE)]
    [InlineData(Compression.LZW)]
    [InlineData(Compression.ADOBE_DEFLATE)]
    [InlineData(Compression.DEFLATE)]
    [InlineData(Compression.PACKBITS)]
    public void RGB_of_8_and_16_bits_in_every_arrangement(Compression compression)
    {
        var expected = Expected(Shade);
        foreach (var mode in (string[])["wl", "wb", "w8"])
        {
            foreach (var planar in (bool[])[false, true])
            {
                foreach (var tile in (int[])[0, 16])
                {
                    Assert.Equal(expected, Decode(Write(Rgb, compression: compression, mode: mode, planar: planar, tile: tile)));
                    Assert.Equal(
                        expected, Decode(Write((x, y) => [.. Rgb(x, y).Select(v => v * 257)], 16, compression: compression, mode: mode, planar: planar, tile: tile)));
                }
            }
        }
        Action<Tiff> predict = tiff => tiff.SetField(TiffTag.PREDICTOR, Predictor.HORIZONTAL);
        if (compression is Compression.LZW or Compression.ADOBE_DEFLATE)
            Assert.Equal(expected, Decode(Write(Rgb, compression: compression, set: predict)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(16)]
    public void Gray_of_every_depth_is_scaled_to_the_whole_range(int bits)
    {
        var max = (1 << bits) - 1;
        int Value(int x, int y) => (x + y) * max / (Width + Height - 2);
        int Scaled(int x, int y) => bits == 16 ? (Value(x, y) + 128) / 257 : (Value(x, y) * 255 + max / 2) / max;
        Assert.Equal(Expected((x, y) => Gray(Scaled(x, y))), Decode(Write((x, y) => [Value(x, y)], bits, Photometric.MINISBLACK)));
        Assert.Equal(Expected((x, y) => Gray(255 - Scaled(x, y))), Decode(Write((x, y) => [Value(x, y)], bits, Photometric.MINISWHITE)));
    }

    [Theory]
    [InlineData(Compression.CCITTFAX3)]
    [InlineData(Compression.CCITTFAX4)]
    public void Fax_codes_of_scanners(Compression compression) => Assert.Equal(
        Expected((x, y) => (x / 5 + y / 3) % 2 == 0 ? SKColors.White : SKColors.Black),
        Decode(Write((x, y) => [(x / 5 + y / 3) % 2], 1, Photometric.MINISWHITE, compression)));

    [Fact]
    public void Palettes_CMYK_JPEG_and_opacity()
    {
        ushort[] colors = [.. Enumerable.Range(0, 256).Select(i => (ushort)(i * 257))];
        ushort[] dark = [.. colors.Select(v => (ushort)(65535 - v))];
        var palette = Write((x, y) => [(x * y) & 255], 8, Photometric.PALETTE, set: tiff => tiff.SetField(TiffTag.COLORMAP, colors, dark, colors));
        Assert.Equal(Expected((x, y) => new((byte)(x * y), (byte)(255 - (byte)(x * y)), (byte)(x * y))), Decode(palette));
        var cmyk = Decode(Write((x, y) => [255, 0, 0, 51], 8, Photometric.SEPARATED));
        AssertNear(new SKColor(0, 204, 204), At(cmyk, Size, 9, 9), 1);
        var opacity = Write((x, y) => [.. Rgb(x, y), 0], set: tiff => tiff.SetField(TiffTag.EXTRASAMPLES, 1, new short[] { 2 }));
        Assert.Equal(Expected(Shade), Decode(opacity));
        var jpeg = Write((x, y) => [200, 60, 30], 8, Photometric.RGB, Compression.JPEG, rows: 16);
        AssertNear(new SKColor(200, 60, 30), At(Decode(jpeg), Size, 9, 9), 4);
    }

    [Fact]
    public void Of_several_pages_the_first_is_read_and_turned_upright()
    {
        Assert.Equal(Expected(Shade), Decode(Write(Rgb, pages: 3)));
        var turned = Write(Rgb, set: tiff => tiff.SetField(TiffTag.ORIENTATION, BitMiracle.LibTiff.Classic.Orientation.BOTRIGHT));
        Assert.Equal(Expected((x, y) => Shade(Width - 1 - x, Height - 1 - y)), Decode(turned));
    }

    [Fact]
    public void What_is_not_read_is_named()
    {
        Action<Tiff> floating = tiff => tiff.SetField(TiffTag.SAMPLEFORMAT, SampleFormat.IEEEFP);
        Assert.Contains("floating-point", Reason(Write((_, _) => [0], 16, Photometric.MINISBLACK, set: floating)));
        Assert.Contains("photometric 8", Reason(Write(Rgb, photometric: Photometric.CIELAB)));
        var zstd = Write(Rgb, mode: "wl");
        var entry = zstd.AsSpan().LastIndexOf<byte>([3, 1, 3, 0, 1, 0, 0, 0]);
        BinaryPrimitives.WriteUInt16LittleEndian(zstd.AsSpan(entry + 8), 50000);
        Assert.Contains("Zstandard", Reason(zstd));
    }

    [Fact]
    public void Claims_beyond_the_file_are_refused()
    {
        var file = Write(Rgb, mode: "wl", compression: Compression.LZW);
        Assert.Contains("truncated", Reason(file[..^30]));
        Assert.Contains("limit", Assert.Throws<ImageReadException>(
            () => IImageDecoder.WithMaxPixels(Width * Height - 1).Decode(file, 8, new byte[192])).Message);
        var wide = (byte[])file.Clone();
        var entry = wide.AsSpan().LastIndexOf<byte>([0, 1, 3, 0, 1, 0, 0, 0]);
        BinaryPrimitives.WriteUInt16LittleEndian(wide.AsSpan(entry + 8), 60000);
        Assert.Contains("damaged", Reason(wide));
        var flat = Write(Rgb, mode: "wl");
        entry = flat.AsSpan().LastIndexOf<byte>([0, 1, 3, 0, 1, 0, 0, 0]);
        BinaryPrimitives.WriteUInt16LittleEndian(flat.AsSpan(entry + 8), 60000);
        Assert.Contains("cannot hold", Reason(flat));
    }

    [Fact]
    public void Damage_ends_in_pixels_or_a_reason()
    {
        byte[][] seeds =
        [
            Write(Rgb, compression: Compression.LZW), Write(Rgb, compression: Compression.ADOBE_DEFLATE, tile: 16), Write(Rgb, planar: true, mode: "wb"),
            Write((x, y) => [(x + y) & 1], 1, Photometric.MINISWHITE, Compression.CCITTFAX4), Write(Rgb, compression: Compression.PACKBITS, mode: "w8"),
            Write(Rgb, compression: Compression.JPEG, rows: 16),
        ];
        for (var number = 0; number < 1200; number++)
        {
            var random = new Random(number);
            var mutant = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (var change = random.Next(1, 5); change > 0; change--)
            {
                // Half of the changes to the directory, which lies at the end.
                var at = random.Next(2) == 0 ? random.Next(mutant.Length) : mutant.Length - 1 - random.Next(Math.Min(220, mutant.Length));
                mutant[at] = random.Next(3) == 0 ? (byte)255 : (byte)random.Next(256);
            }
            // Nothing but an ImageReadException may come out.
            if (Record.Exception(() => IImageDecoder.WithMaxPixels(1_000_000).Decode(mutant, 8, new byte[192])) is { } error)
                Assert.True(error is ImageReadException, $"mutant {number}: {error}");
        }
    }
}
