using System.Buffers;
using SkiaSharp;

namespace SelfSup.Data;

/// <summary>
/// Decodes JPEG, PNG, WebP, BMP and GIF (the first frame) with Skia, by content whatever the file's name. The EXIF orientation is
/// applied, transparency lies on white, 16-bit, grey and CMYK images become 8-bit RGB, and colour profiles are not applied.
/// </summary>
public sealed class SkiaImageDecoder : IImageDecoder
{
    private const int BytesPerPixel = 4;
    private readonly long maxPixels = 178_000_000;

    /// <summary>The decoder with the default limit.</summary>
    public static SkiaImageDecoder Default { get; } = new();

    /// <summary>Larger images are refused before they are decoded; 178 million pixels by default, at most 500 million.</summary>
    public long MaxPixels
    {
        get => maxPixels;
        init => maxPixels = value is >= 1 and <= 500_000_000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxPixels), value, "The pixel limit lies in 1..500 million.");
    }

    /// <inheritdoc/>
    public string Name => $"SkiaSharp {typeof(SKCodec).Assembly.GetName().Version!.ToString(3)}";

    /// <inheritdoc/>
    public unsafe void Decode(ReadOnlySpan<byte> encoded, int size, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (encoded.IsEmpty)
            throw new ImageReadException("the file is empty");
        fixed (byte* bytes = encoded)
        {
            using var data = SKData.Create((nint)bytes, encoded.Length);
            using var codec = SKCodec.Create(data) ?? throw new ImageReadException(ReasonUnknown(encoded));
            // Skia takes what there is of a progressive JPEG for the whole, so its end is looked for here.
            if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg && !HasEndOfJpeg(encoded))
                throw new ImageReadException(ReasonOf(SKCodecResult.IncompleteInput));
            Decode(codec, size, pixels);
        }
    }

    /// <summary>Whether an end marker follows the last scan; the one of a thumbnail lies before it.</summary>
    private static bool HasEndOfJpeg(ReadOnlySpan<byte> encoded)
    {
        ReadOnlySpan<byte> endOfImage = [0xFF, 0xD9], startOfScan = [0xFF, 0xDA];
        var end = encoded.LastIndexOf(endOfImage);
        return end >= 0 && encoded[end..].IndexOf(startOfScan) < 0;
    }

    private unsafe void Decode(SKCodec codec, int size, Span<byte> pixels)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (width < 1 || height < 1)
            throw new ImageReadException($"the image has no pixels ({width} x {height})");
        if ((long)width * height > MaxPixels)
            throw new ImageReadException($"{width} x {height} is above the limit of {MaxPixels} pixels ({nameof(MaxPixels)})");
        var scaled = ScaledSize(codec, size);
        var info = new SKImageInfo(scaled.Width, scaled.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        var rgba = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            fixed (byte* target = rgba)
            {
                var result = codec.GetPixels(info, (nint)target, info.RowBytes, SKCodecOptions.Default);
                if (result != SKCodecResult.Success)
                    throw new ImageReadException(ReasonOf(result));
            }
            CropCentre(rgba.AsSpan(0, info.BytesSize), scaled, Orientation.Of(codec.EncodedOrigin), size, pixels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    /// <summary>The smallest size that the codec decodes to directly and that covers the square: much cheaper for large JPEGs.</summary>
    private static SKSizeI ScaledSize(SKCodec codec, int size)
    {
        if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg)
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

    /// <summary>Cuts the central square out of premultiplied RGBA, turns it upright and resizes it.</summary>
    internal static void CropCentre(ReadOnlySpan<byte> rgba, SKSizeI stored, Orientation orientation, int size, Span<byte> pixels)
    {
        var crop = CentralSquare.Of(stored.Width, stored.Height, orientation);
        var rowBytes = stored.Width * BytesPerPixel;
        Resampler.Current.ResizeRgba(
            rgba[(crop.Top * rowBytes + crop.Left * BytesPerPixel)..], rowBytes, crop.Side, size, orientation, pixels);
    }

    internal static string ReasonUnknown(ReadOnlySpan<byte> encoded) => encoded.StartsWith("version https://git-lfs"u8)
        ? "the file is a Git LFS pointer, not an image; run git lfs pull"
        : "the file is not an image in a known format, or its header is damaged";

    internal static string ReasonOf(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file is truncated",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "the file is damaged",
        _ => $"the file cannot be decoded ({result})",
    };
}
