using SelfSup.Data;

namespace SelfSup.Tests.Reports;

/// <summary>Noise, which no encoder makes small, under names of the test's choice.</summary>
internal sealed class NamedImages(int count, Func<int, string> nameOf) : ILabeledImageSource
{
    public const string Script = "<script>alert('name')</script>&\"quoted\".jpg";

    public IReadOnlyList<string> ClassNames { get; init; } = ["<b>cat</b>", "dog"];

    public int? Unreadable { get; init; }

    public int Count => count;

    public string NameOf(int index) => nameOf(index);

    public int LabelOf(int index) => index % ClassNames.Count;

    public void Read(int index, int size, Span<byte> pixels)
    {
        if (index == Unreadable)
            throw new ImageReadException("it is a test");
        new Random(index).NextBytes(pixels);
    }
}
