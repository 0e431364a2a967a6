using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>
/// SimMIM's loss: the absolute error of the pixels that were hidden. Xie et al., "SimMIM: a Simple Framework for Masked Image Modeling",
/// 2021, https://arxiv.org/abs/2111.09886.
/// </summary>
public static class MaskedPixelLoss
{
    private const double Epsilon = 1e-5;

    /// <summary>Computes the mean absolute error over the hidden pixels and their channels.</summary>
    /// <param name="predictions">Predicted images (N, C, H, W).</param>
    /// <param name="images">The true images (N, C, H, W).</param>
    /// <param name="mask">Which pixels are hidden, bool or 0 and 1, (N, 1, H, W); 0 is the loss where none is.</param>
    /// <returns>A scalar, at least 0, owned by the caller.</returns>
    public static Tensor Of(Tensor predictions, Tensor images, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var errors = LossPrecision.Raise(images).sub(LossPrecision.Raise(predictions)).abs();
        var hidden = mask.to(errors.dtype);
        return errors.mul(hidden).sum().div(hidden.sum().add(Epsilon)).div(images.shape[1]).MoveToOuterDisposeScope();
    }
}
