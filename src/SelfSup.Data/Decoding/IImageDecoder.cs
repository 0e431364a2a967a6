namespace SelfSup.Data;

/// <summary>Turns the bytes of an image file into pixels. An app can bring its own.</summary>
/// <remarks>Implementations are safe to use from several threads at once.</remarks>
public interface IImageDecoder
{
    /// <summary>The fastest decoder on this machine: <see cref="TurboJpegDecoder"/> where libjpeg-turbo is installed, else Skia alone.</summary>
    static IImageDecoder Default { get; } = TurboJpegDecoder.IsAvailable ? new TurboJpegDecoder() : SkiaImageDecoder.Default;

    /// <summary>The fastest decoder on this machine, with a pixel limit of its own.</summary>
    /// <param name="maxPixels">Larger images are refused before they are decoded; 1..500 million.</param>
    /// <returns>The decoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    static IImageDecoder WithMaxPixels(long maxPixels) => TurboJpegDecoder.IsAvailable
        ? new TurboJpegDecoder { MaxPixels = maxPixels }
        : new SkiaImageDecoder { MaxPixels = maxPixels };

    /// <summary>What decodes, for reports; decoders whose pixels differ have different names.</summary>
    string Name => GetType().Name;

    /// <summary>Decodes an image, scaled so that its shorter side is <paramref name="size"/> and cropped to the central square.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="size">Side of the square in pixels.</param>
    /// <param name="pixels">Receives the red, then the green, then the blue plane, 3 x size x size bytes.</param>
    /// <exception cref="ImageReadException">The file cannot be decoded; the message is the reason.</exception>
    void Decode(ReadOnlySpan<byte> encoded, int size, Span<byte> pixels);

    /// <summary>Decodes an image as <see cref="Decode(ReadOnlySpan{byte}, int, Span{byte})"/> does, but for the place of the square.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="size">Side of the square in pixels.</param>
    /// <param name="place">
    /// Where along the longer side of the upright image the square lies, from 0, the left or top end, to 1; 0.5 is the center.
    /// </param>
    /// <param name="pixels">Receives the red, then the green, then the blue plane, 3 x size x size bytes.</param>
    /// <remarks>A decoder that does not implement it decodes the central square, wherever the square is to lie.</remarks>
    /// <exception cref="ImageReadException">The file cannot be decoded; the message is the reason.</exception>
    void Decode(ReadOnlySpan<byte> encoded, int size, double place, Span<byte> pixels) => Decode(encoded, size, pixels);

    /// <summary>Decodes an image file as <see cref="Decode(ReadOnlySpan{byte}, int, Span{byte})"/> does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">Side of the square in pixels.</param>
    /// <returns>The red, then the green, then the blue plane, 3 x size x size bytes.</returns>
    /// <exception cref="IOException">The file is missing or cannot be opened.</exception>
    /// <exception cref="ImageReadException">The file is no image, or a damaged one; the message names it.</exception>
    byte[] DecodeFile(string path, int size)
    {
        var pixels = new byte[checked(3 * size * size)];
        try
        {
            using var file = FileBytes.Open(path);
            Decode(file.Span, size, pixels);
            return pixels;
        }
        catch (ImageReadException e)
        {
            throw new ImageReadException($"'{path}' cannot be decoded: {e.Message}.", e);
        }
    }
}
