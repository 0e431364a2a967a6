using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Curation;

/// <summary>A labeled image, what a classifier that never saw it takes it for, and how sure that is.</summary>
/// <param name="Image">Its place in the source.</param>
/// <param name="Label">The label that it has.</param>
/// <param name="Suggested">The most probable of the other classes.</param>
/// <param name="Confidence">The probability of the label, 0..1: the smaller, the more suspect.</param>
/// <param name="IsSuspect">Whether confident learning counts it as mislabeled.</param>
public sealed record JudgedLabel(int Image, int Label, int Suggested, double Confidence, bool IsSuspect);

/// <summary>Finds labels that are probably wrong.</summary>
/// <remarks>
/// A logistic regression on frozen features is fitted on parts of the images and asked about the others. An image is suspect where its
/// probability of another class reaches what that class's own images have on average: Northcutt, Jiang and Chuang, "Confident Learning:
/// Estimating Uncertainty in Dataset Labels", 2019, https://arxiv.org/abs/1911.00068. A suspicion is for a person to look at.
/// </remarks>
public sealed class LabelIssues
{
    private LabelIssues(IReadOnlyList<JudgedLabel> ranking, long[][] confidentCounts, double accuracy) =>
        (Ranking, ConfidentCounts, Accuracy) = (ranking, confidentCounts, accuracy);

    /// <summary>All images, the least confident first: the order in which to look at them.</summary>
    public IReadOnlyList<JudgedLabel> Ranking { get; }

    /// <summary>The suspects, in the order of the ranking.</summary>
    public IEnumerable<JudgedLabel> Suspects => Ranking.Where(image => image.IsSuspect);

    /// <summary>
    /// The confident joint: how many images of a label, the first place, are confidently of a class, the second; off the diagonal they
    /// are counted as mislabeled.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<long>> ConfidentCounts { get; }

    /// <summary>The share of images, 0..1, whose label a classifier that never saw them gives too. If it is low, suspicions mean little.</summary>
    public double Accuracy { get; }

    /// <summary>Judges every label.</summary>
    /// <param name="features">The images' features.</param>
    /// <param name="layer">Which of them, such as <see cref="FeatureLayer.PooledName"/>.</param>
    /// <param name="labeled">The images with their labels.</param>
    /// <param name="folds">Parts that the images are dealt into, at least 2.</param>
    /// <param name="seed">Decides the parts.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked between steps.</param>
    /// <returns>The images, ranked.</returns>
    /// <exception cref="ArgumentException">Fewer than two classes have images, or one of them fewer than two; the message names it.</exception>
    public static LabelIssues Find(
        FeatureSet features, string layer, ILabeledImageSource labeled, int folds = 5, int seed = 0,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        int[] given = [.. features.Indices.Select(labeled.LabelOf)];
        var counts = given.CountBy(label => label).OrderBy(pair => pair.Key).ToArray();
        if (counts.Length < 2)
            throw new ArgumentException("All images have one label; labels are compared with those of other images.", nameof(labeled));
        if (counts.FirstOrDefault(pair => pair.Value < 2, new(-1, 0)) is { Key: >= 0 } alone)
            throw new ArgumentException($"Only one image of '{labeled.ClassNames[alone.Key]}' can be read; a class needs two or more to be judged by the others.", nameof(labeled));
        int[] classes = [.. counts.Select(pair => pair.Key)]; // a class without images is no answer
        int[] labels = [.. given.Select(label => Array.BinarySearch(classes, label))];
        using var validation = CrossValidation.Run(features[layer], labels, classes.Length, folds, seed, progress, cancellationToken);
        using var probabilities = validation.LogProbabilities.exp();
        var rows = probabilities.data<float>().ToArray().Chunk(classes.Length).ToArray();
        return Judge(rows, labels, classes, features.Indices, labeled.ClassNames.Count);
    }

    private static LabelIssues Judge(float[][] probabilities, int[] labels, int[] classes, IReadOnlyList<int> images, int classCount)
    {
        var confident = new ConfidentJoint(probabilities, labels, classes.Length);
        var counts = Enumerable.Range(0, classCount).Select(_ => new long[classCount]).ToArray();
        var judged = new JudgedLabel[labels.Length];
        var right = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            var (label, said) = (labels[row], probabilities[row]);
            var suggested = Enumerable.Range(0, classes.Length).Where(other => other != label).MaxBy(other => said[other]);
            var believed = confident.ClassOf(row);
            if (believed is { } known)
                counts[classes[label]][classes[known]]++;
            judged[row] = new(images[row], classes[label], classes[suggested], said[label], believed is not null && believed != label);
            right += said[label] > said[suggested] ? 1 : 0;
        }
        return new([.. judged.OrderBy(image => image.Confidence)], counts, (double)right / labels.Length);
    }
}
