using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Features with the class of every row. Owns the features.</summary>
/// <param name="Features">Float32 (N, D) on the CPU.</param>
/// <param name="Labels">N classes.</param>
internal sealed record LabeledFeatures(Tensor Features, int[] Labels) : IDisposable
{
    /// <summary>The share of right answers.</summary>
    public double AccuracyOf(IEnumerable<int> answers) => answers.Zip(Labels).Average(pair => pair.First == pair.Second ? 1.0 : 0.0);

    public void Dispose() => Features.Dispose();
}
