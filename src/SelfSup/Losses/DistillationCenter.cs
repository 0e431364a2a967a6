using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>A moving average of a teacher's logits, subtracted from them so that no answer wins everywhere.</summary>
/// <remarks>
/// Kept in a field of a <see cref="PretextModel"/> it is in the checkpoint. Caron et al., "Emerging Properties in Self-Supervised Vision
/// Transformers" (DINO), 2021, https://arxiv.org/abs/2104.14294. The step's loss uses the center as it was before the step.
/// </remarks>
public sealed class DistillationCenter : nn.Module
{
    private readonly Tensor center;

    /// <summary>Creates a center of zeros.</summary>
    /// <param name="answers">Number of logits, at least 1.</param>
    public DistillationCenter(int answers)
        : base(nameof(DistillationCenter))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(answers, 1);
        center = zeros(answers, float32, CPU).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>The center, (K); owned by this object, and changed by <see cref="Follow"/>.</summary>
    public Tensor Value => center;

    /// <summary>Moves the center: center = keep x center + (1 - keep) x mean of the logits.</summary>
    /// <param name="logits">The teacher's logits of a step, (N, K), those of all its crops. Borrowed.</param>
    /// <param name="keep">Share of itself that the center keeps, in [0, 1]. The default is 0.9.</param>
    public void Follow(Tensor logits, double keep = 0.9)
    {
        if (keep is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(keep), keep, "The share that a center keeps is in [0, 1].");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        center.lerp_(logits.to(center.dtype).mean([0]), 1 - keep);
    }
}
