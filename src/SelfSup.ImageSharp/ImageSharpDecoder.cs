using System.Reflection;
using SelfSup.Data;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using IImageDecoder = SelfSup.Data.IImageDecoder;

namespace SelfSup.ImageSharp;

/// <summary>
/// Decodes every format that ImageSharp knows, by content whatever the file's name; of several frames the first. The EXIF orientation
/// is applied, transparency lies on white, 16-bit, gray and CMYK images become 8-bit RGB, and color profiles are not applied.
/// </summary>
/// <remarks>
/// Pixels of PNG and of gray JPEG are within a level of <see cref="SkiaImageDecoder"/>'s on average; the two differ more in the colors
/// of JPEG, which each interpolates in its own way.
/// </remarks>
public sealed class ImageSharpDecoder : IImageDecoder
{
    // The loader decodes several images at once, so each keeps to its own thread.
    private static readonly Configuration oneThread = CreateConfiguration();

    private readonly long maxPixels = 178_000_000;

    /// <summary>Larger images are refused before they are decoded; 178 million pixels by default, at most 500 million.</summary>
    public long MaxPixels
    {
        get => maxPixels;
        init => maxPixels = value is >= 1 and <= 500_000_000
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxPixels), value, "The pixel limit lies in 1..500 million.");
    }

    /// <inheritdoc/>
    public string Name { get; } = $"ImageSharp {VersionOf(typeof(Image).Assembly)}";

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, int size, Span<byte> pixels) => Decode(encoded, size, UprightSquare.Center, pixels);

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, int size, double place, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (encoded.IsEmpty)
            throw new ImageReadException("the file is empty");
        if (!EndOfFile.IsThere(encoded))
            throw new ImageReadException("the file is truncated");
        using var square = ReadSquare(encoded, size, place);
        square.CopyPlanesTo(pixels);
    }

    private Image<Rgb24> ReadSquare(ReadOnlySpan<byte> encoded, int size, double place)
    {
        try
        {
            CheckHeader(encoded);
            using var image = Load(encoded, size);
            // On white after the scaling, which weighs colors by their opacity: the other order would tint the edges.
            image.Mutate(context => context.CropUprightSquare(size, place).BackgroundColor(Color.White));
            return image.CloneAs<Rgb24>();
        }
        catch (UnknownImageFormatException e)
        {
            throw new ImageReadException(ReasonUnknown(encoded), e);
        }
        // Which exceptions damaged bytes end in differs from format to format and is written down nowhere.
        catch (Exception e) when (e is not (ImageReadException or OutOfMemoryException))
        {
            throw new ImageReadException($"the file is damaged or of an unsupported kind ({e.Message.TrimEnd('.')})", e);
        }
    }

    private void CheckHeader(ReadOnlySpan<byte> encoded)
    {
        var header = Image.Identify(new DecoderOptions { Configuration = oneThread, MaxFrames = 1 }, encoded);
        var (width, height) = (header.Width, header.Height);
        if (width < 1 || height < 1)
            throw new ImageReadException($"the image has no pixels ({width} x {height})");
        if ((long)width * height > MaxPixels)
            throw new ImageReadException($"{width} x {height} is above the limit of {MaxPixels} pixels ({nameof(MaxPixels)})");
    }

    private static unsafe Image<Rgba32> Load(ReadOnlySpan<byte> encoded, int size)
    {
        if (!encoded.StartsWith<byte>([0xFF, 0xD8]))
            return Image.Load<Rgba32>(new DecoderOptions { Configuration = oneThread, MaxFrames = 1 }, encoded);
        // The smallest scale that the decoder has by itself and that covers the square: much cheaper for large JPEGs.
        var options = new JpegDecoderOptions
        {
            GeneralOptions = new DecoderOptions { Configuration = oneThread, TargetSize = new Size(size, size) },
            ResizeMode = JpegDecoderResizeMode.IdctOnly,
        };
        fixed (byte* bytes = encoded)
        {
            using var stream = new UnmanagedMemoryStream(bytes, encoded.Length);
            return JpegDecoder.Instance.Decode<Rgba32>(options, stream);
        }
    }

    private static string ReasonUnknown(ReadOnlySpan<byte> encoded) => encoded.StartsWith("version https://git-lfs"u8)
        ? "the file is a Git LFS pointer, not an image; run git lfs pull"
        : "the file is not an image in a known format, or its header is damaged";

    /// <summary>The package's version; the assembly's own stays the same from 3.0 to 4.0.</summary>
    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static Configuration CreateConfiguration()
    {
        var configuration = Configuration.Default.Clone();
        configuration.MaxDegreeOfParallelism = 1;
        return configuration;
    }
}
