using SkiaSharp;

namespace SelfSup.Data.Tests.Decoding.Fuzzing;

/// <summary>A whole file to make mutants of.</summary>
internal sealed record FuzzSeed(string Name, SKEncodedImageFormat Format, byte[] Bytes);

/// <summary>Whole files of every format: drawn ones, and where a folder of photographs is given, those as well.</summary>
internal static class FuzzSeeds
{
    private const int Width = 93, Height = 71;

    /// <summary>The seeds that any machine has.</summary>
    public static IReadOnlyList<FuzzSeed> Drawn()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                bitmap.SetPixel(x, y, Shade(x, y));
        }
        var jpeg = Encode(bitmap, SKEncodedImageFormat.Jpeg, 85);
        return
        [
            .. EveryFormat("drawn", bitmap),
            new("oriented JPEG", SKEncodedImageFormat.Jpeg, EncodedImage.WithOrientation(jpeg, 6)),
            new("progressive JPEG", SKEncodedImageFormat.Jpeg, ProgressiveJpeg.Bytes),
        ];
    }

    /// <summary>Photographs of a folder as they are, and in the other formats at half their width and height.</summary>
    public static IReadOnlyList<FuzzSeed> FromPhotos(string folder, int count)
    {
        var files = Directory.GetFiles(folder, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        var seeds = new List<FuzzSeed>();
        for (var i = 0; i < count && i < files.Length; i++)
        {
            var file = files[(int)((long)i * files.Length / count)];
            seeds.Add(new(Path.GetFileName(file), SKEncodedImageFormat.Jpeg, File.ReadAllBytes(file)));
            using var photo = SKBitmap.Decode(file);
            var size = new SKImageInfo(photo.Width / 2, photo.Height / 2, SKColorType.Rgba8888, SKAlphaType.Opaque);
            using var small = photo.Resize(size, new SKSamplingOptions(SKFilterMode.Linear));
            seeds.AddRange(EveryFormat(Path.GetFileName(file), small).Skip(1));
        }
        return seeds;
    }

    private static IEnumerable<FuzzSeed> EveryFormat(string name, SKBitmap bitmap)
    {
        var (width, height) = (bitmap.Width, bitmap.Height);
        var colors = bitmap.Pixels;
        byte[] palette = [.. colors.Select(color => (byte)(color.Red >> 5 << 5 | color.Green >> 5 << 2 | color.Blue >> 6))];
        byte[] rgb = [.. colors.SelectMany(color => new[] { color.Red, color.Green, color.Blue })];
        byte[] upsideDown = [.. palette.Reverse()];
        yield return new($"{name} as JPEG", SKEncodedImageFormat.Jpeg, Encode(bitmap, SKEncodedImageFormat.Jpeg, 85));
        yield return new($"{name} as PNG", SKEncodedImageFormat.Png, Encode(bitmap, SKEncodedImageFormat.Png, 100));
        yield return new($"{name} as interlaced PNG", SKEncodedImageFormat.Png, PngWriter.WriteInterlacedPalette(width, height, palette));
        yield return new($"{name} as 16-bit PNG", SKEncodedImageFormat.Png, PngWriter.Write16Bit(width, height, rgb));
        yield return new($"{name} as WebP", SKEncodedImageFormat.Webp, Encode(bitmap, SKEncodedImageFormat.Webp, 75));
        yield return new($"{name} as lossless WebP", SKEncodedImageFormat.Webp, EncodeLosslessly(bitmap));
        yield return new($"{name} as GIF", SKEncodedImageFormat.Gif, GifWriter.Write(width, height, palette));
        yield return new($"{name} as animated GIF", SKEncodedImageFormat.Gif, GifWriter.Write(width, height, palette, upsideDown));
    }

    /// <summary>Smooth shades, an edge and grain in every part, so that no row of it is of one color.</summary>
    private static SKColor Shade(int x, int y)
    {
        var wave = Math.Sin(x / 9.0) * Math.Cos(y / 7.0);
        var disc = Math.Pow(x - 40, 2) + Math.Pow(y - 25, 2) < 300 ? 60 : 0;
        var grain = (x * 37 + y * 91 + x * y) % 23;
        return new((byte)(110 + 70 * wave + disc - grain), (byte)(100 + x - disc + grain), (byte)(60 + 2 * y + grain));
    }

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format, int quality)
    {
        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    private static byte[] EncodeLosslessly(SKBitmap bitmap)
    {
        using var pixmap = bitmap.PeekPixels();
        using var data = pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 50));
        return data!.ToArray();
    }
}
