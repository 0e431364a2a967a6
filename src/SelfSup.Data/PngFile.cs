using SkiaSharp;

namespace SelfSup.Data;

/// <summary>Writes pictures.</summary>
public static class PngFile
{
    /// <summary>Writes an RGB picture; an existing file is replaced in one step.</summary>
    /// <param name="path">The file; its folder is created if missing.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="rgb">Width x height x 3 bytes, row by row.</param>
    /// <exception cref="ArgumentException">The bytes do not fit the size.</exception>
    public static void Write(string path, int width, int height, ReadOnlySpan<byte> rgb)
    {
        if (width < 1 || height < 1 || rgb.Length != 3L * width * height)
            throw new ArgumentException($"{rgb.Length} bytes are no picture of {width} x {height} pixels.", nameof(rgb));
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
        {
            rgb.Slice(from, 3).CopyTo(pixels[to..]);
            pixels[to + 3] = 255;
        }
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        using (var file = File.Create(temporary))
            encoded.SaveTo(file);
        File.Move(temporary, path, overwrite: true);
    }
}
