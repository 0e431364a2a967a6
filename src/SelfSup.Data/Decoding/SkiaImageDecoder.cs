using SkiaSharp;

namespace SelfSup.Data;

/// <summary>
/// Decodes JPEG, PNG, WebP, BMP and GIF (the first frame) with Skia and TIFF (the first page) with LibTiff.NET, by content whatever the
/// file's name. The EXIF orientation is applied, transparency lies on white, 16-bit, gray and CMYK images become 8-bit RGB, and color
/// profiles are not applied.
/// </summary>
/// <remarks>
/// TIFF: of 1 to 16 bits, gray, palette, RGB or CMYK, in strips or tiles, uncompressed or with LZW, Deflate, PackBits, JPEG or fax codes.
/// 16 bits are divided by 257, so that the range stays whole; opacity is left out.
/// </remarks>
public sealed class SkiaImageDecoder : IImageDecoder
{
    private const int LargePixels = 16 << 20;

    // Skia knows more, but takes nearly any bytes for one of them, WBMP.
    private static readonly SKEncodedImageFormat[] formats =
        [SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp, SKEncodedImageFormat.Bmp, SKEncodedImageFormat.Gif];

    private readonly long maxPixels = ClaimedSize.DefaultMaxPixels;

    /// <summary>The decoder with the default limit.</summary>
    public static SkiaImageDecoder Default { get; } = new();

    /// <summary>Larger images are refused before they are decoded; 178 million pixels by default, at most 500 million.</summary>
    public long MaxPixels
    {
        get => maxPixels;
        init => maxPixels = ClaimedSize.ValidLimit(value);
    }

    /// <inheritdoc/>
    public string Name => $"SkiaSharp {typeof(SKCodec).Assembly.GetName().Version!.ToString(3)} with {TiffPicture.DecoderName}";

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, int size, Span<byte> pixels) => Decode(encoded, size, SquareCrop.Center, pixels);

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, int size, double place, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        encoded = StreamedJpeg.Of(encoded);
        if (UnreadableFile.ReasonAgainst(encoded) is { } reason)
            throw new ImageReadException(reason);
        if (TiffDirectory.IsTiff(encoded))
            TiffPicture.Decode(encoded, MaxPixels, size, place, pixels);
        else if (!TryDecode(encoded, size, place, pixels) && !TryDecode([.. encoded, 0xFF, JpegMarkers.EndOfImage], size, place, pixels))
            throw new ImageReadException("the file is damaged: behind the picture a part of the JPEG breaks off");
    }

    /// <summary>Decodes an image; false if it is a whole JPEG but for its end marker, without which Skia leaves the last rows out.</summary>
    private unsafe bool TryDecode(ReadOnlySpan<byte> encoded, int size, double place, Span<byte> pixels)
    {
        var isJpeg = JpegFile.IsJpeg(encoded);
        if (isJpeg && JpegFile.ReasonAgainst(encoded, out _) is { } jpegReason)
            throw new ImageReadException(jpegReason);
        fixed (byte* bytes = encoded)
        {
            using var data = SKData.Create((nint)bytes, encoded.Length);
            using var codec = SKCodec.Create(data);
            if (codec is null || !formats.Contains(codec.EncodedFormat))
                throw new ImageReadException(UnreadableFile.ReasonFor(encoded));
            if (ClaimedSize.ReasonAgainst(codec.EncodedFormat, codec.Info.Width, codec.Info.Height, encoded, MaxPixels) is { } reason)
                throw new ImageReadException(reason);
            if (isJpeg && !JpegFile.CheckComplete(encoded))
                return false;
            Decode(codec, ExifOrientation.Read(encoded), size, place, pixels);
            return true;
        }
    }

    private static unsafe void Decode(SKCodec codec, Orientation orientation, int size, double place, Span<byte> pixels)
    {
        var scaled = ScaledSize(codec, size);
        var info = new SKImageInfo(scaled.Width, scaled.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        using var rgba = new PixelBuffer(scaled.Width, scaled.Height);
        fixed (byte* target = rgba.Bytes)
        {
            var result = codec.GetPixels(info, (nint)target, info.RowBytes, SKCodecOptions.Default);
            if (result != SKCodecResult.Success)
                throw new ImageReadException(ReasonOf(result));
        }
        CropSquare(rgba.Bytes, scaled, orientation, size, place, pixels);
    }

    /// <summary>The size to decode to directly, which covers the square: much cheaper for large JPEGs.</summary>
    private static SKSizeI ScaledSize(SKCodec codec, int size)
    {
        if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg)
            return codec.GetScaledDimensions(JpegScale.For(Math.Min(codec.Info.Width, codec.Info.Height), size) / 8f);
        // WebP is scaled for the sake of memory alone, for which a few bytes of it can ask much.
        if (codec.EncodedFormat == SKEncodedImageFormat.Webp && (long)codec.Info.Width * codec.Info.Height > LargePixels)
        {
            for (var eighths = 1; eighths < 8; eighths++)
            {
                var scaled = codec.GetScaledDimensions(eighths / 8f);
                if (Math.Min(scaled.Width, scaled.Height) >= size)
                    return scaled;
            }
        }
        return new SKSizeI(codec.Info.Width, codec.Info.Height);
    }

    /// <summary>Cuts a square out of premultiplied RGBA, turns it upright and resizes it.</summary>
    internal static void CropSquare(
        ReadOnlySpan<byte> rgba, SKSizeI stored, Orientation orientation, int size, double place, Span<byte> pixels)
    {
        var crop = SquareCrop.Of(stored.Width, stored.Height, orientation, place);
        var rowBytes = stored.Width * PixelBuffer.BytesPerPixel;
        Resampler.Current.ResizeRgba(
            rgba[(crop.Top * rowBytes + crop.Left * PixelBuffer.BytesPerPixel)..], rowBytes, crop.Side, size, orientation, pixels);
    }

    internal static string ReasonOf(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file is truncated",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "the file is damaged",
        _ => $"the file cannot be decoded ({result})",
    };
}
