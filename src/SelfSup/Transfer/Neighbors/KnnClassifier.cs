using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Answers with the class of the nearest labeled features, by cosine; nothing is trained.</summary>
/// <remarks>
/// Each of the k nearest neighbors votes for its class with the weight exp(cosine / temperature): Wu et al., "Unsupervised Feature
/// Learning via Non-Parametric Instance Discrimination", 2018, https://arxiv.org/abs/1805.01978. Published settings are
/// 200 neighbors at temperature 0.1, and 20 at 0.07. Features are compared in blocks: the comparison takes a few hundred MB beside the features.
/// </remarks>
public sealed class KnnClassifier
{
    private readonly Tensor bank; // (N, D)
    private readonly IReadOnlyList<int> labels;
    private readonly int classes;
    private readonly Tensor? center; // (D)

    /// <summary>Classifies by labeled features.</summary>
    /// <param name="features">Features, float32 (N, D). Borrowed: keep them as long as the classifier.</param>
    /// <param name="labels">The class of every row, 0..<paramref name="classes"/>-1.</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="center">
    /// What all features are taken relative to, such as the mean of unlabeled images: float32 (D), on the features' device. Borrowed. Null
    /// takes them as they come.
    /// </param>
    /// <exception cref="ArgumentException">There are no rows, not as many labels, a label is no class, or a class has no row.</exception>
    public KnnClassifier(Tensor features, IReadOnlyList<int> labels, int classes, Tensor? center = null)
    {
        if (labels.Count == 0 || features.shape[0] != labels.Count)
            throw new ArgumentException($"There are {labels.Count} labels for {features.shape[0]} rows of features.", nameof(labels));
        if (labels.Any(label => label < 0 || label >= classes))
            throw new ArgumentException($"A label is not in 0..{classes - 1}.", nameof(labels));
        if (Enumerable.Range(0, classes).Except(labels).ToArray() is { Length: > 0 } missing)
            throw new ArgumentException($"No row of features is of class {missing[0]}, so that it could never be answered.", nameof(labels));
        (bank, this.labels, this.classes, this.center) = (features, labels, classes, center);
    }

    /// <summary>Classifies features.</summary>
    /// <param name="features">Features, float32 (M, D), on the device of the labeled ones.</param>
    /// <param name="neighbors">How many neighbors vote, at least 1; all of them where there are fewer.</param>
    /// <param name="temperature">Above 0; the smaller, the more the nearest ones count.</param>
    /// <param name="cancellationToken">Asked between blocks of work.</param>
    /// <returns>The class of every row.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public int[] Predict(Tensor features, int neighbors = 20, double temperature = 0.07, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        var nearest = NearestNeighbors.Of(features, bank, neighbors, center, cancellationToken: cancellationToken);
        var votes = new double[classes];
        return [.. Enumerable.Range(0, (int)features.shape[0]).Select(query =>
        {
            Array.Clear(votes);
            var rows = nearest.RowsOf(query);
            var distances = nearest.DistancesOf(query);
            for (var i = 0; i < rows.Length; i++)
            {
                // Relative to the nearest one, or a small temperature would overflow. Of features of length 1, distance² is 2 - 2 cosine.
                var behind = ((double)distances[i] * distances[i] - ((double)distances[0] * distances[0])) / 2;
                votes[labels[rows[i]]] += Math.Exp(-behind / temperature);
            }
            return Array.IndexOf(votes, votes.Max());
        })];
    }
}
