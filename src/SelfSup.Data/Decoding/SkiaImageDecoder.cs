using SkiaSharp;

namespace SelfSup.Data;

/// <summary>Decodes JPEG, PNG, WebP, BMP and the first frame of GIF, recognised by their content.</summary>
/// <remarks>
/// EXIF orientation is applied and transparency put on white. The size that a file claims is checked before memory is taken,
/// and a file that ends early is refused rather than delivered half grey.
/// </remarks>
public sealed class SkiaImageDecoder : IImageDecoder
{
    private readonly long maxPixels;

    /// <summary>Creates a decoder.</summary>
    /// <param name="maxPixels">Images of more pixels are refused. The default is 178 million.</param>
    public SkiaImageDecoder(long maxPixels = 178_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPixels, 1);
        this.maxPixels = maxPixels;
    }

    /// <inheritdoc/>
    public unsafe void Decode(ReadOnlyMemory<byte> encoded, int size, Span<byte> pixels)
    {
        if (pixels.Length != 3 * size * size)
            throw new ArgumentException($"{pixels.Length} bytes do not hold 3 x {size} x {size} pixels.", nameof(pixels));
        if (encoded.IsEmpty)
            throw new ImageReadException("the file is empty");
        using var pinned = encoded.Pin();
        using var data = SKData.Create((nint)pinned.Pointer, encoded.Length);
        using var codec = SKCodec.Create(data) ?? throw new ImageReadException("the file is no image of a supported kind (JPEG, PNG, WebP, BMP, GIF)");
        using var decoded = DecodeScaled(codec, size);
        Resample(decoded, codec.EncodedOrigin, size, pixels);
    }

    /// <summary>Decodes at the smallest size that the codec offers and that still covers the square.</summary>
    private SKBitmap DecodeScaled(SKCodec codec, int size)
    {
        var full = codec.Info;
        if ((long)full.Width * full.Height > maxPixels)
            throw new ImageReadException($"the image of {full.Width} x {full.Height} pixels is larger than the limit of {maxPixels:N0} pixels");
        var shorter = Math.Min(full.Width, full.Height);
        if (shorter < 1)
            throw new ImageReadException("the image has no pixels");
        var scaled = shorter > size ? codec.GetScaledDimensions((float)size / shorter) : full.Size;
        // The codec rounds to the nearest size it can do, which may be too small.
        if (Math.Min(scaled.Width, scaled.Height) < Math.Min(size, shorter))
            scaled = codec.GetScaledDimensions(Math.Min(1, 2f * size / shorter));
        if (Math.Min(scaled.Width, scaled.Height) < Math.Min(size, shorter))
            scaled = full.Size;
        var opaque = full.AlphaType == SKAlphaType.Opaque;
        using var srgb = SKColorSpace.CreateSrgb();
        var info = new SKImageInfo(scaled.Width, scaled.Height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Premul, srgb);
        var bitmap = new SKBitmap();
        try
        {
            if (!bitmap.TryAllocPixels(info))
                throw new ImageReadException($"there is not enough memory for {info.Width} x {info.Height} pixels");
            var result = codec.GetPixels(info, bitmap.GetPixels());
            if (result == SKCodecResult.Success)
                return bitmap;
            throw new ImageReadException(result == SKCodecResult.IncompleteInput ? "the file is cut off" : $"the file is damaged ({result})");
        }
        catch
        {
            bitmap.Dispose();
            throw;
        }
    }

    private static void Resample(SKBitmap bitmap, SKEncodedOrigin origin, int size, Span<byte> pixels)
    {
        // The central square of the upright image is that of the stored one, so orientation can wait for the last step.
        var side = Math.Min(bitmap.Width, bitmap.Height);
        using var square = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Premul));
        using var source = bitmap.PeekPixels();
        using var window = source.ExtractSubset(SKRectI.Create((bitmap.Width - side) / 2, (bitmap.Height - side) / 2, side, side));
        using var target = square.PeekPixels();
        var sampling = side > size ? new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear) : new SKSamplingOptions(SKFilterMode.Linear);
        if (window is null || !window.ScalePixels(target, sampling))
            throw new ImageReadException("the image could not be scaled");
        WritePlanes(square.GetPixelSpan(), origin, size, pixels, opaque: bitmap.AlphaType == SKAlphaType.Opaque);
    }

    private static void WritePlanes(ReadOnlySpan<byte> rgba, SKEncodedOrigin origin, int size, Span<byte> pixels, bool opaque)
    {
        int plane = size * size, last = size - 1;
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                // Where the upright pixel (x, y) is stored.
                var (storedX, storedY) = origin switch
                {
                    SKEncodedOrigin.TopRight => (last - x, y),
                    SKEncodedOrigin.BottomRight => (last - x, last - y),
                    SKEncodedOrigin.BottomLeft => (x, last - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, last - x),
                    SKEncodedOrigin.RightBottom => (last - y, last - x),
                    SKEncodedOrigin.LeftBottom => (last - y, x),
                    _ => (x, y),
                };
                var from = (storedY * size + storedX) * 4;
                var white = opaque ? 0 : 255 - rgba[from + 3]; // premultiplied, so white shows through by what alpha leaves
                for (var channel = 0; channel < 3; channel++)
                    pixels[channel * plane + y * size + x] = (byte)Math.Min(255, rgba[from + channel] + white);
            }
        }
    }
}
