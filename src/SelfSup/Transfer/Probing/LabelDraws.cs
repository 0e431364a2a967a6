namespace SelfSup.Transfer;

/// <summary>Draws of a few labels of every class that share as few images as the classes allow.</summary>
/// <remarks>
/// Every class is shuffled once, and each draw takes its images from another place in it, as far apart as the number of draws allows, and
/// goes around. So a draw with fewer labels is part of the one with more, and draws are disjoint until their labels fill the class.
/// </remarks>
internal sealed class LabelDraws
{
    private readonly int[][] classes; // the rows of every class, shuffled
    private readonly int draws;

    /// <summary>Prepares draws.</summary>
    /// <param name="rows">The rows to draw from.</param>
    /// <param name="labels">The class of every row, whether it is drawn from or not.</param>
    /// <param name="draws">Number of draws, at least 1.</param>
    /// <param name="seed">Decides the draws.</param>
    public LabelDraws(IEnumerable<int> rows, IReadOnlyList<int> labels, int draws, int seed)
    {
        this.draws = draws;
        var random = new Random(seed);
        classes = [.. rows.GroupBy(row => labels[row]).OrderBy(group => group.Key).Select(group => group.Order().ToArray())];
        foreach (var shuffled in classes)
            random.Shuffle(shuffled);
    }

    /// <summary>The largest number of labels that every class has.</summary>
    public int MostLabels => classes.Min(rows => rows.Length);

    /// <summary>Up to how many labels of every class no two draws share a row.</summary>
    public int DisjointLabels => MostLabels / draws;

    /// <summary>Takes as many rows of every class.</summary>
    /// <param name="draw">Which draw, from 0.</param>
    /// <param name="perClass">How many rows of every class, at most <see cref="MostLabels"/>.</param>
    public int[] Take(int draw, int perClass) =>
        [.. classes.SelectMany(rows => Enumerable.Range((int)((long)draw * rows.Length / draws), perClass).Select(place => rows[place % rows.Length]))];
}
