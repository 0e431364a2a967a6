using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Features with the class of every row, to fit linear classifiers on and to score them.</summary>
internal abstract class LabeledRows : IDisposable
{
    /// <summary>Scales the features in place.</summary>
    /// <param name="center">The mean of unlabeled images (D) on the CPU, to scale by; null scales by the rows themselves. Borrowed.</param>
    /// <param name="cancellationToken">Asked before every block.</param>
    /// <returns>How they were scaled, owned by the caller.</returns>
    public abstract FeatureScaling Scale(Tensor? center, CancellationToken cancellationToken);

    /// <summary>Takes some rows to fit on, and others to score on.</summary>
    /// <param name="split">Which ones.</param>
    /// <param name="inSpan">Whether the features may be brought to a basis of the rows to fit on, where that is smaller.</param>
    /// <returns>The rows, owned by the caller.</returns>
    public abstract (LabeledRows Fit, LabeledRows Held) Split(StratifiedSplit split, bool inSpan);

    /// <summary>Finds the minimum of mean cross-entropy + strength / 2 * |weights|² by L-BFGS.</summary>
    /// <param name="classes">Number of classes K.</param>
    /// <param name="strength">L2 strength, above 0.</param>
    /// <param name="start">Where to start; null means zero.</param>
    /// <param name="cancellationToken">Asked before every step.</param>
    /// <returns>The fit, owned by the caller.</returns>
    public abstract LogisticRegression Fit(int classes, double strength, LogisticRegression? start, CancellationToken cancellationToken);

    /// <summary>Computes how well a fit does: the share of correct answers and the mean cross-entropy.</summary>
    public abstract (double Accuracy, double Loss) Score(LogisticRegression fit, CancellationToken cancellationToken);

    /// <summary>All rows in memory: features (N, D) and labels, int64 (N), where to fit; owned by the caller.</summary>
    public abstract (Tensor Features, Tensor Labels) Load(CancellationToken cancellationToken);

    public abstract void Dispose();
}
