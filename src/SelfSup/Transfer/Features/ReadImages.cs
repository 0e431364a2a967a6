using System.IO.Hashing;
using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>Which images of a source could be read, and what tells their pixels apart.</summary>
/// <param name="Indices">The images that could be read, as places in the source.</param>
/// <param name="Hashes">A hash of the pixels of each, at the size at which they were read.</param>
/// <param name="Failures">The other images, in the order of the source.</param>
internal sealed record ReadImages(int[] Indices, UInt128[] Hashes, IReadOnlyList<ImageFailure> Failures)
{
    /// <summary>Hashes the pixels of every image of a batch.</summary>
    public static IEnumerable<UInt128> HashesOf(ImageBatch batch)
    {
        var length = batch.ByteCount / batch.Count;
        return Enumerable.Range(0, batch.Count).Select(i => XxHash128.HashToUInt128(batch.Pixels.AsSpan(i * length, length)));
    }

    /// <summary>Checks that of every class that a source has images of one could be read.</summary>
    /// <param name="source">The source.</param>
    /// <param name="what">What its images are for, such as <c>training</c>.</param>
    /// <exception cref="InvalidDataException">None of a class could; the message names the class and some files.</exception>
    public void CheckClasses(ILabeledImageSource source, string what)
    {
        var labels = Enumerable.Range(0, source.Count).Select(source.LabelOf).ToArray();
        var lost = labels.Except(Indices.Select(index => labels[index])).Order().ToArray();
        if (lost.Length == 0)
            return;
        var failed = Enumerable.Range(0, source.Count).Except(Indices).Zip(Failures)
            .Where(pair => labels[pair.First] == lost[0]).Select(pair => pair.Second).ToArray();
        var others = lost.Length == 1 ? "" : $" The same is true of {string.Join(", ", lost[1..].Select(label => $"'{source.ClassNames[label]}'"))}.";
        throw new InvalidDataException(
            $"None of the {failed.Length} {what} images of the class '{source.ClassNames[lost[0]]}' can be read "
            + $"({LabelRules.Name(failed)}). Mend them, or take the class out.{others}");
    }
}
