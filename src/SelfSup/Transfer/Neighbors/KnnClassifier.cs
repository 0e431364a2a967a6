using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Answers with the class of the nearest labeled features, by cosine; nothing is trained.</summary>
/// <remarks>
/// Each of the k nearest neighbors votes for its class with the weight exp(cosine / temperature): Wu et al., "Unsupervised Feature
/// Learning via Non-Parametric Instance Discrimination", 2018, https://arxiv.org/abs/1805.01978. Published settings are
/// 200 neighbors at temperature 0.1, and 20 at 0.07.
/// </remarks>
public sealed class KnnClassifier : IDisposable
{
    private const int RowsAtATime = 1024;
    private readonly Tensor bank; // (N, D), every row of length 1
    private readonly Tensor votes; // (N, K), one-hot
    private readonly Tensor? center; // (D)

    /// <summary>Remembers labeled features.</summary>
    /// <param name="features">Features, float32 (N, D). Copied.</param>
    /// <param name="labels">The class of every row, 0..<paramref name="classes"/>-1.</param>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="center">
    /// What all features are taken relative to, such as the mean of unlabeled images: float32 (D), on the features' device. Copied. Null takes
    /// them as they come.
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
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        this.center = center?.clone().DetachFromDisposeScope();
        bank = Centering.DirectionsOf(features, center).DetachFromDisposeScope();
        var truth = tensor(labels.Select(label => (long)label).ToArray(), device: features.device);
        votes = nn.functional.one_hot(truth, classes).to(ScalarType.Float32).DetachFromDisposeScope();
    }

    /// <summary>Classifies features.</summary>
    /// <param name="features">Features, float32 (M, D), on the device of the labeled ones.</param>
    /// <param name="neighbors">How many neighbors vote, at least 1; all of them where there are fewer.</param>
    /// <param name="temperature">Above 0; the smaller, the more the nearest ones count.</param>
    /// <returns>The class of every row.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public int[] Predict(Tensor features, int neighbors = 20, double temperature = 0.07)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbors, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        using var noGrad = no_grad();
        var count = (int)Math.Min(neighbors, bank.shape[0]);
        var answers = new List<int>();
        for (long first = 0; first < features.shape[0]; first += RowsAtATime)
        {
            using var scope = NewDisposeScope();
            var rows = Centering.DirectionsOf(features.narrow(0, first, Math.Min(RowsAtATime, features.shape[0] - first)), center);
            var (cosines, places) = rows.mm(bank.t()).topk(count); // (R, k)
            // Relative to the nearest one, or a small temperature would overflow.
            var weights = cosines.sub(cosines.narrow(1, 0, 1)).div(temperature).exp(); // (R, k)
            var sums = votes.index_select(0, places.flatten()).view(rows.shape[0], count, -1).mul(weights.unsqueeze(2)).sum(1); // (R, K)
            answers.AddRange(sums.argmax(1).cpu().data<long>().Select(answer => (int)answer));
        }
        return [.. answers];
    }

    /// <summary>Disposes the labeled features.</summary>
    public void Dispose()
    {
        bank.Dispose();
        votes.Dispose();
        center?.Dispose();
    }
}
