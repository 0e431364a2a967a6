using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>How features were brought to a scale at which the same L2 strengths suit those of all encoders: entries of about 1.</summary>
internal abstract class FeatureScaling : IDisposable
{
    /// <summary>Scales features in place, as the measured ones are.</summary>
    /// <param name="features">Features (N, D) on the CPU.</param>
    public abstract void Apply(Tensor features);

    /// <summary>Rewrites a classifier of scaled features as one that takes them as they come.</summary>
    /// <param name="probe">The classifier of scaled features.</param>
    /// <param name="layer">The features.</param>
    /// <param name="classNames">The names of the classes.</param>
    public abstract LinearHead CreateHead(LogisticRegression probe, FeatureLayer layer, IReadOnlyList<string> classNames);

    public abstract void Dispose();
}
