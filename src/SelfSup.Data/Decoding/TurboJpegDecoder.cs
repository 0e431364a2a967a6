using System.Runtime.InteropServices;
using SkiaSharp;

namespace SelfSup.Data;

/// <summary>
/// Decodes JPEG with the system's libjpeg-turbo, which scales while it decodes, and all else with Skia. What libjpeg-turbo does not read
/// without a complaint goes to Skia too, so that both refuse the same files for the same reasons.
/// </summary>
/// <remarks>
/// Skia has a libjpeg-turbo of its own, so that pixels are the same, or less than a level of 255 apart on average. It lacks vector code,
/// though, which clips values in another way that damage has driven far out of their range. A picture with much that is clipped is looked
/// at for such values, and goes to Skia if it has some. What escapes is a few damaged files with little that is clipped: of 20,000 mutants
/// of small files, 4,748 are decoded, and one of these is more than a level apart; it would be 34 without a look.
/// </remarks>
public sealed unsafe class TurboJpegDecoder : IImageDecoder
{
    private const int Rgba = 7; // TJPF_RGBA, with 255 throughout for alpha
    private const int LastThreeColorSpace = 2; // TJCS_RGB, TJCS_YCbCr, TJCS_GRAY; CMYK and YCCK follow
    private const int StopOnWarning = 8192; // TJFLAG_STOPONWARNING

    [ThreadStatic]
    private static Decompressor? decompressor;

    private readonly TurboJpegLibrary library = TurboJpegLibrary.Instance ?? throw new PlatformNotSupportedException(
        "libjpeg-turbo is not there: install its TurboJPEG library (libturbojpeg0 on Debian and Ubuntu, turbojpeg on Fedora, "
        + "jpeg-turbo from Homebrew; turbojpeg.dll beside the app on Windows).");

    private readonly SkiaImageDecoder others = SkiaImageDecoder.Default;

    /// <summary>Larger images are refused before they are decoded; 178 million pixels by default, at most 500 million.</summary>
    public long MaxPixels
    {
        get => others.MaxPixels;
        init => others = new SkiaImageDecoder { MaxPixels = value };
    }

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsAvailable => TurboJpegLibrary.Instance is not null;

    /// <inheritdoc/>
    public string Name => $"libjpeg-turbo for JPEG, {others.Name} for the rest";

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, int size, Span<byte> pixels) => Decode(encoded, size, SquareCrop.Center, pixels);

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, int size, double place, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        encoded = StreamedJpeg.Of(encoded);
        if (JpegFile.IsJpeg(encoded))
        {
            if (TryDecode(encoded, size, place, pixels))
                return;
            // A file that it gave up in the middle of would be in the way of the next.
            decompressor?.Dispose();
            decompressor = null;
        }
        others.Decode(encoded, size, place, pixels);
    }

    private bool TryDecode(ReadOnlySpan<byte> encoded, int size, double place, Span<byte> pixels)
    {
        decompressor ??= new Decompressor(library);
        fixed (byte* jpeg = encoded)
        {
            var length = new CULong((nuint)encoded.Length);
            int width, height, subsampling, colorSpace;
            if (library.ReadHeader(decompressor.Handle, jpeg, length, &width, &height, &subsampling, &colorSpace) != 0
                || colorSpace > LastThreeColorSpace
                || ClaimedSize.ReasonAgainst(SKEncodedImageFormat.Jpeg, width, height, encoded, MaxPixels) is not null
                || JpegFile.ReasonAgainst(encoded, out var bringsCodes) is not null
                || !bringsCodes)
            {
                return false;
            }
            var scale = JpegScale.For(Math.Min(width, height), size);
            var (scaledWidth, scaledHeight) = (JpegScale.Apply(width, scale), JpegScale.Apply(height, scale));
            var rowBytes = scaledWidth * PixelBuffer.BytesPerPixel;
            using var rgba = new PixelBuffer(scaledWidth, scaledHeight);
            fixed (byte* target = rgba.Bytes)
            {
                if (library.Decompress(decompressor.Handle, jpeg, length, target, scaledWidth, rowBytes, scaledHeight, Rgba, StopOnWarning) != 0)
                    return false;
            }
            if (Clipping.IsConspicuous(rgba.Bytes) && HasExtremeValues(encoded))
                return false;
            var orientation = ExifOrientation.Read(encoded);
            var crop = SquareCrop.Of(scaledWidth, scaledHeight, orientation, place);
            Resampler.Current.ResizeRgba(
                rgba.Bytes[(crop.Top * rowBytes + crop.Left * PixelBuffer.BytesPerPixel)..], rowBytes, crop.Side, size, orientation, pixels);
            return true;
        }
    }

    private static bool HasExtremeValues(ReadOnlySpan<byte> encoded)
    {
        try
        {
            return JpegFile.HasExtremeValues(encoded);
        }
        catch (ImageReadException)
        {
            return true; // Skia's side says why.
        }
    }

    /// <summary>The library's state of one thread, freed with it.</summary>
    private sealed class Decompressor(TurboJpegLibrary library) : IDisposable
    {
        ~Decompressor() => library.Destroy(Handle);

        public nint Handle { get; } = library.InitDecompress() is var handle and not 0
            ? handle
            : throw new ImageReadException("libjpeg-turbo has no memory for a decoder");

        public void Dispose()
        {
            GC.SuppressFinalize(this);
            library.Destroy(Handle);
        }
    }
}
