using SelfSup.Data;

namespace SelfSup.Training;

/// <summary>Chooses the images that previews show: different ones, and the same every time.</summary>
internal static class PreviewImages
{
    private const int Most = 8;

    /// <summary>Chooses one image a class, or of a source without classes images from all over it.</summary>
    /// <param name="images">The images, at least one.</param>
    /// <returns>Their indices, eight or as many as there are.</returns>
    public static int[] Choose(IImageSource images)
    {
        var count = Math.Min(Most, images.Count);
        if (images is not ILabeledImageSource labeled)
            return Spread(images.Count, count);
        // The first image of every class, then the second of every class, and so on.
        var rounds = Enumerable.Range(0, images.Count).GroupBy(labeled.LabelOf).OrderBy(ofClass => ofClass.Key)
            .SelectMany(ofClass => ofClass.Take(Most).Select((index, round) => (index, round)))
            .ToLookup(pair => pair.round, pair => pair.index);
        int[] first = [.. rounds[0]];
        return first.Length > count
            ? [.. Spread(first.Length, count).Select(place => first[place])]
            : [.. rounds.OrderBy(round => round.Key).SelectMany(round => round).Take(count)];
    }

    private static int[] Spread(int length, int count) => [.. Enumerable.Range(0, count).Select(i => (int)((2L * i + 1) * length / (2 * count)))];
}
