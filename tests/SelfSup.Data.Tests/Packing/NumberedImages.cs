namespace SelfSup.Data.Tests.Packing;

/// <summary>Labeled images of random pixels that depend on their number; counts what is read, and some can fail.</summary>
internal sealed class NumberedImages(int count, Func<int, bool>? fails = null) : ILabeledImageSource
{
    private int reads;

    public int Count => count;

    public int Frames { get; init; } = 1;

    public int Reads => reads;

    public IReadOnlyList<string> ClassNames { get; init; } = ["even", "odd", "ü"];

    public Action<int>? OnRead { get; init; }

    public string NameOf(int index) => $"folder/{index}.png";

    public int LabelOf(int index) => index % 2;

    public void Read(int index, int size, Span<byte> pixels)
    {
        var number = Interlocked.Increment(ref reads);
        OnRead?.Invoke(number);
        if (fails?.Invoke(index) == true)
            throw new ImageReadException("it is bad");
        new Random(index).NextBytes(pixels[..(Frames * 3 * size * size)]);
    }
}
