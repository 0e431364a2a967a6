namespace SelfSup.Transfer;

/// <summary>How often test images of each class were taken for each class.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[][] counts;

    internal ConfusionMatrix(IReadOnlyList<string> classNames, IEnumerable<(int Truth, int Answer)> answers)
    {
        ClassNames = classNames;
        counts = [.. classNames.Select(_ => new int[classNames.Count])];
        foreach (var (truth, answer) in answers)
            counts[truth][answer]++;
    }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of images of class <paramref name="truth"/> that were taken for <paramref name="answer"/>.</summary>
    /// <param name="truth">The images' class.</param>
    /// <param name="answer">The classifier's answer.</param>
    public int this[int truth, int answer] => counts[truth][answer];

    /// <summary>Number of images.</summary>
    public int Count => counts.Sum(row => row.Sum());

    /// <summary>Share of correct answers, 0..1.</summary>
    public double Accuracy => (double)counts.Select((row, truth) => row[truth]).Sum() / Count;

    /// <summary>Number of images of a class.</summary>
    /// <param name="truth">The class.</param>
    /// <returns>The count.</returns>
    public int CountOf(int truth) => counts[truth].Sum();

    /// <summary>Share of a class's images that were recognized.</summary>
    /// <param name="truth">The class.</param>
    /// <returns>0..1, or null when there is no test image of the class.</returns>
    public double? AccuracyOf(int truth) => CountOf(truth) is var count and > 0 ? (double)counts[truth][truth] / count : null;

    /// <summary>The counts, one row a true class, one column an answer.</summary>
    internal int[][] Rows => counts;
}
