using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>Mean cross-entropy with the accuracy beside it.</summary>
public static class ClassificationLoss
{
    /// <summary>Computes the loss in float32, or in float64 where the logits have it, whatever less they have.</summary>
    /// <param name="logits">Scores (N, classes).</param>
    /// <param name="labels">Classes, int64 (N).</param>
    /// <returns>The loss and the metric <c>accuracy</c> in [0, 1], owned by the caller.</returns>
    public static PretextLoss Of(Tensor logits, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var scores = LossPrecision.Raise(logits);
        var loss = nn.functional.cross_entropy(scores, labels);
        var accuracy = scores.detach().argmax(1).eq(labels).to(ScalarType.Float32).mean();
        return new PretextLoss(loss.MoveToOuterDisposeScope(), ("accuracy", accuracy.MoveToOuterDisposeScope()));
    }
}
