namespace SelfSup.Data;

/// <summary>A video as a folder tree holds one: a folder of frames, or an animated file.</summary>
/// <param name="name">Its path below the root, with slashes.</param>
/// <param name="files">The files that it comes of, as paths below the root.</param>
/// <param name="count">Number of frames.</param>
internal abstract class FrameSequence(string name, IReadOnlyList<string> files, int count)
{
    public string Name => name;

    public IReadOnlyList<string> Files => files;

    public int Count => count;

    /// <summary>Reads frames, each as <see cref="IImageSource.Read(int, int, double, Span{byte})"/> reads an image.</summary>
    /// <param name="first">The first frame.</param>
    /// <param name="stride">The step from one to the next.</param>
    /// <param name="size">Side of the squares.</param>
    /// <param name="place">Where along the longer side they lie, 0..1.</param>
    /// <param name="pixels">Receives one frame after the other.</param>
    /// <exception cref="ImageReadException">A frame cannot be read; the message is the reason.</exception>
    public abstract void Read(int first, int stride, int size, double place, Span<byte> pixels);
}
