using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Distributed;

/// <summary>
/// Batch normalization of maps or rows of any number of dimensions. In a step of a run of several ranks it normalizes by the mean and variance of all
/// ranks' images, as one process would; else it is TorchSharp's.
/// </summary>
/// <remarks>
/// Ioffe and Szegedy, "Batch Normalization", 2015, https://arxiv.org/abs/1502.03167. Methods that compare views need it among ranks: by
/// the statistics of few images a network can tell which views were normalized together.
/// </remarks>
public sealed class SyncBatchNorm : BatchNorm
{
    private const double UsualEpsilon = 1e-5;
    private const double UsualMomentum = 0.1;

    /// <summary>Creates the layer, with scale 1 and shift 0.</summary>
    /// <param name="channels">Channels C of the inputs (N, C, ...).</param>
    /// <param name="affine">Whether it learns a scale and a shift of every channel. The default is true.</param>
    public SyncBatchNorm(long channels, bool affine = true)
        : base(channels, UsualEpsilon, UsualMomentum, affine, track_running_stats: true, device: null, dtype: null, nameof(SyncBatchNorm))
    {
    }

    /// <summary>Normalizes a batch.</summary>
    /// <param name="input">Float (N, C, ...).</param>
    /// <returns>Of the same shape and type, owned by the caller.</returns>
    public override Tensor forward(Tensor input) => training && StepGroup.Current is { } group
        ? GroupNormalization.Apply(input, this, group)
        : base.forward(input);

    /// <inheritdoc/>
    protected override void ValidateInputDimensions(Tensor input)
    {
        if (input.dim() < 2 || input.shape[1] != num_features)
            throw new ArgumentException($"A batch normalization of {num_features} channels takes (N, {num_features}, ...), not ({string.Join(", ", input.shape)}).");
    }
}
