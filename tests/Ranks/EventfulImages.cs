using System.Diagnostics;
using SelfSup.Data;

namespace SelfSup.Ranks;

/// <summary>What can happen to a rank while it reads.</summary>
internal enum Happening
{
    Kill,
    Throw,
}

/// <summary>Images that take a while to read, and of which one has consequences.</summary>
/// <param name="What">What happens.</param>
/// <param name="Image">At which image that is read, from 0.</param>
/// <param name="Pause">Milliseconds that an image takes.</param>
internal sealed record Event(Happening What, int Image, int Pause);

/// <inheritdoc cref="Event"/>
internal sealed class EventfulImages(IImageSource images, Event what) : IImageSource
{
    private int read = -1;

    public int Count => images.Count;

    public string NameOf(int index) => images.NameOf(index);

    public void Read(int index, int size, Span<byte> pixels)
    {
        if (Interlocked.Increment(ref read) == what.Image)
        {
            if (what.What == Happening.Kill)
                Process.GetCurrentProcess().Kill();
            throw new InvalidOperationException("The disk of this rank is gone.");
        }
        Thread.Sleep(what.Pause);
        images.Read(index, size, pixels);
    }
}
