namespace SelfSup.Data.Tests;

/// <summary>A source whose images say which they are: every byte of image i is i + 1. Some can fail.</summary>
internal sealed class TestImages(int count, Func<int, Exception?>? failure = null, Action<int>? onRead = null) : IImageSource
{
    public int Count => count;

    public string NameOf(int index) => $"test {index}";

    public void Read(int index, int size, Span<byte> pixels)
    {
        onRead?.Invoke(index);
        if (failure?.Invoke(index) is { } error)
        {
            pixels.Fill(255);
            throw error;
        }
        pixels.Fill((byte)(index + 1));
    }
}
