using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>Turns scores into soft assignments that spread images evenly over all prototypes, by the Sinkhorn-Knopp algorithm.</summary>
/// <remarks>
/// Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments" (SwAV), 2020,
/// https://arxiv.org/abs/2006.09882, after Cuturi, "Sinkhorn Distances", 2013, https://arxiv.org/abs/1306.0895. We work with logarithms,
/// which give the same numbers and neither overflow nor divide by zero, whatever the scores.
/// </remarks>
public static class Sinkhorn
{
    /// <summary>Computes the assignments, the codes of SwAV.</summary>
    /// <param name="scores">Scores of images by prototypes, (N, K), as a rule cosines. Borrowed.</param>
    /// <param name="epsilon">How soft the codes are, above 0. The default is 0.05.</param>
    /// <param name="iterations">How often prototypes, then images are brought to equal shares, at least 1. The default is 3.</param>
    /// <returns>
    /// Codes without gradient, (N, K), float32 or float64, owned by the caller. The rows sum to 1, the columns nearly to N / K; a single
    /// image is spread over all prototypes alike.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static Tensor Codes(Tensor scores, double epsilon = 0.05, int iterations = 3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var logarithms = LossPrecision.Raise(scores.detach()).div(epsilon);
        for (var i = 0; i < iterations; i++)
        {
            logarithms = logarithms.sub(logarithms.logsumexp(0, keepdim: true));
            logarithms = logarithms.sub(logarithms.logsumexp(1, keepdim: true));
        }
        return logarithms.exp().MoveToOuterDisposeScope();
    }
}
