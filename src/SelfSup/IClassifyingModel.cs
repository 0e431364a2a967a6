using static TorchSharp.torch;

namespace SelfSup;

/// <summary>A <see cref="PretextModel"/> that answers with a class.</summary>
public interface IClassifyingModel
{
    /// <summary>Computes the score of every class.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Logits (M, classes), a row for every label of the batch; owned by the caller.</returns>
    Tensor ComputeLogits(PretextBatch batch);
}
