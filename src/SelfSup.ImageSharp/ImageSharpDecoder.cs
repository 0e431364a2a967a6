using System.Reflection;
using SelfSup.Data;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
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
        encoded = StreamedJpeg.Of(encoded);
        if (encoded.IsEmpty || FileKind.ReadFormatOf(encoded) is not null && UnreadableFile.ReasonAgainst(encoded) is not null)
            throw new ImageReadException(UnreadableFile.ReasonAgainst(encoded)!);
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
            if (JpegFile.IsJpeg(encoded))
                CheckData(encoded);
            using var image = EncodedImage.Load(oneThread, encoded, size);
            // As the library's own decoders read it, which find it in more places.
            (image.Metadata.ExifProfile ??= new()).SetValue(ExifTag.Orientation, (ushort)ExifOrientation.ReadNumber(encoded));
            // On white after the scaling, which weighs colors by their opacity: the other order would tint the edges.
            image.Mutate(context => context.CropUprightSquare(size, place).BackgroundColor(Color.White));
            return image.CloneAs<Rgb24>();
        }
        catch (UnknownImageFormatException e)
        {
            throw new ImageReadException(UnreadableFile.ReasonFor(encoded), e);
        }
        // Which exceptions damaged bytes end in differs from format to format and is written down nowhere.
        catch (Exception e) when (e is not (ImageReadException or OutOfMemoryException))
        {
            var reason = JpegFile.IsJpeg(encoded) ? JpegFile.ReasonAgainst(encoded, out _) : null;
            throw new ImageReadException(reason ?? $"the file is damaged or of an unsupported kind ({e.Message.TrimEnd('.')})", e);
        }
    }

    // What ImageSharp does not ask: it shows gray where data are missing, and takes its time for any number of scans.
    private static void CheckData(ReadOnlySpan<byte> jpeg)
    {
        if (JpegFile.ReasonAgainst(jpeg, out var bringsCodes) is { } reason)
            throw new ImageReadException(reason);
        if (bringsCodes)
            JpegFile.CheckComplete(jpeg);
    }

    private void CheckHeader(ReadOnlySpan<byte> encoded)
    {
        if (EncodedImage.Identify(oneThread, encoded) is not var (width, height))
            throw new ImageReadException(UnreadableFile.ReasonFor(encoded));
        if (width < 1 || height < 1)
            throw new ImageReadException($"the image has no pixels ({width} x {height})");
        if ((long)width * height > MaxPixels)
            throw new ImageReadException($"{width} x {height} is above the limit of {MaxPixels} pixels ({nameof(MaxPixels)})");
    }

    /// <summary>The package's version; the assembly's own leaves the last number out.</summary>
    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static Configuration CreateConfiguration()
    {
        var configuration = Configuration.Default.Clone();
        configuration.MaxDegreeOfParallelism = 1;
        EncodedImage.TakeFirstFrames(configuration);
        return configuration;
    }
}
