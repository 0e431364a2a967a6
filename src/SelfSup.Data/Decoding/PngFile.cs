using SkiaSharp;

namespace SelfSup.Data;

/// <summary>Writes PNG files.</summary>
public static class PngFile
{
    /// <summary>Writes an image. A file appears whole or not at all; one that is there is replaced.</summary>
    /// <param name="path">The file; its folder is made if need be.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="rgb">The pixels row by row, height x width x 3 bytes: red, green, blue.</param>
    /// <exception cref="ArgumentException">The number of bytes does not fit the width and height.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, int width, int height, ReadOnlySpan<byte> rgb)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (rgb.Length != (long)width * height * 3)
            throw new ArgumentException($"{width} x {height} pixels are {(long)width * height * 3} bytes, not {rgb.Length}.", nameof(rgb));
        using var encoded = Encode(width, height, rgb);
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = File.Create(temporary))
                file.Write(encoded.AsSpan());
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static SKData Encode(int width, int height, ReadOnlySpan<byte> rgb)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var rgba = bitmap.GetPixelSpan();
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
        {
            rgb.Slice(from, 3).CopyTo(rgba[to..]);
            rgba[to + 3] = byte.MaxValue;
        }
        using var pixmap = bitmap.PeekPixels();
        return pixmap.Encode(SKEncodedImageFormat.Png, 100)
            ?? throw new IOException($"An image of {width} x {height} cannot be encoded as PNG.");
    }
}
