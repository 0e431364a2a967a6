namespace SelfSup.Data;

/// <summary>Turns an encoded image file into pixels. The app picks the decoder; <see cref="SkiaImageDecoder"/> is the default.</summary>
/// <remarks>Implementations are safe to use from several threads at once.</remarks>
public interface IImageDecoder
{
    /// <summary>Decodes an image, upright, scaled so that its shorter side is <paramref name="size"/>, and cropped to the central square.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="size">Side of the square in pixels.</param>
    /// <param name="pixels">Receives the red, then the green, then the blue plane, 3 x size x size bytes.</param>
    /// <exception cref="ImageReadException">The bytes are no image, are cut off, or are of a kind that is not supported.</exception>
    void Decode(ReadOnlyMemory<byte> encoded, int size, Span<byte> pixels);
}
