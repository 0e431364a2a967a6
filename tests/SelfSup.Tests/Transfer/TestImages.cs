using SelfSup.Data;

namespace SelfSup.Tests.Transfer;

/// <summary>Noisy images whose mean color tells their class; counts how often each is read.</summary>
internal sealed class TestImages : ILabeledImageSource
{
    private readonly int[] labels;
    private readonly int[] contents;
    private readonly int[] reads;
    private readonly int seed;

    public TestImages(int count, int classes, int seed = 0)
    {
        (Count, this.seed, reads) = (count, seed, new int[count]);
        labels = contents = [.. Enumerable.Range(0, count).Select(i => i % classes)];
        ClassNames = [.. Enumerable.Range(0, classes).Select(label => $"class {label}")];
    }

    public IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Gives the images other labels than their content has.</summary>
    public int[] Labels
    {
        init => labels = value;
    }

    public HashSet<int> Unreadable { get; } = [];

    public int Count { get; }

    public IReadOnlyList<int> Reads => reads;

    public int LabelOf(int index) => labels[index];

    public string NameOf(int index) => $"test {index}";

    public void Read(int index, int size, Span<byte> pixels)
    {
        Interlocked.Increment(ref reads[index]);
        if (Unreadable.Contains(index))
            throw new ImageReadException("it is a test");
        Draw(contents[index], size, pixels, new Random((seed * 10_000) + index));
    }

    public static void Draw(int content, int size, Span<byte> pixels, Random random)
    {
        var plane = size * size;
        for (var i = 0; i < 3 * plane; i++)
            pixels[i] = (byte)(random.Next(150) + (i / plane == content % 3 ? 100 : 0));
    }
}
