using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Distributed;

/// <summary>Normalizes channels by mean and variance over the images of all ranks, and takes gradients back through both.</summary>
/// <remarks>
/// With n pixels of a channel on all ranks, g the gradient, S = sum of g and P = sum of g (x - mean), both over all ranks, the gradient of x is
/// scale / deviation (g - S / n - (x - mean) P / (n variance)). Those of scale and shift are the rank's own: parameters' are summed later.
/// </remarks>
internal sealed class GroupNormalization : autograd.SingleTensorFunction<GroupNormalization>
{
    private const string Group = "group";

    /// <inheritdoc/>
    public override string Name => nameof(GroupNormalization);

    /// <summary>Normalizes a batch, and moves the layer's running statistics.</summary>
    /// <param name="input">Float (N, C, ...).</param>
    /// <param name="layer">The layer.</param>
    /// <param name="group">The ranks.</param>
    /// <returns>Of the input's shape and type, in the caller's dispose scope.</returns>
    public static Tensor Apply(Tensor input, BatchNorm layer, IProcessGroup group)
    {
        using var scope = NewDisposeScope();
        var (scale, shift) = layer.affine ? (layer.weight, layer.bias!) : ((Tensor)ones_like(layer.running_mean!), zeros_like(layer.running_mean!));
        return apply(input, scale, shift, layer, group).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        using var scope = NewDisposeScope();
        var (input, scale, shift) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2]);
        var (layer, group) = ((BatchNorm)arguments[3], (IProcessGroup)arguments[4]);
        var (mean, variance, count) = Measure(input, group);
        layer.num_batches_tracked?.add_(1);
        layer.running_mean!.lerp_(mean, layer.momentum!.Value);
        layer.running_var!.lerp_(variance.mul(count.div(count.sub(1))).to(ScalarType.Float32), layer.momentum.Value);
        var inverse = variance.add(layer.eps).rsqrt();
        context.save_for_backward([
            input, scale, mean.MoveToOuterDisposeScope(), inverse.MoveToOuterDisposeScope(), count.MoveToOuterDisposeScope()]);
        context.save_data(Group, group);
        return nn.functional.batch_norm(input, mean, variance, scale, shift, training: false, eps: layer.eps).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = context.get_saved_variables();
        var (input, scale, mean, inverse, count) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        var (dimensions, shape) = (AllButChannels(input), ChannelsOf(input));
        var centered = input.to(ScalarType.Float32).sub(mean.view(shape));
        var own = gradient.to(ScalarType.Float32);
        var sums = stack([own.sum(dimensions), own.mul(centered).sum(dimensions)]); // (2, C)
        var all = sums.clone();
        ((IProcessGroup)context.get_data(Group)).Sum(all);
        all.div_(count);
        var ofInput = own.sub(all[0].view(shape)).sub_(centered.mul_(all[1].mul(inverse.square()).view(shape))).mul_(inverse.mul(scale).view(shape));
        return
        [
            ofInput.to(input.dtype).MoveToOuterDisposeScope(),
            sums[1].mul(inverse).MoveToOuterDisposeScope(),
            sums[0].clone().MoveToOuterDisposeScope(),
            null!,
            null!,
        ];
    }

    /// <summary>Mean and variance of every channel over all ranks, float32 (C), and the number of pixels, float32 (1).</summary>
    private static (Tensor Mean, Tensor Variance, Tensor Count) Measure(Tensor input, IProcessGroup group)
    {
        var values = input.to(ScalarType.Float32);
        var channels = input.shape[1];
        var pixels = input.numel() / channels;
        var (ownMean, ownVariance) = (zeros(channels, ScalarType.Float32, input.device), ones(channels, ScalarType.Float32, input.device));
        // The layer measures both in a tenth of the time that var takes on CPUs. With a momentum of 1 it leaves them as they are, for pixels less one.
        nn.functional.batch_norm(values, ownMean, ownVariance, training: true, momentum: 1);
        var mean = ownMean.to(ScalarType.Float64);
        var variance = ownVariance.to(ScalarType.Float64).mul_((pixels - 1.0) / pixels);
        // Sums of squares in float64: their difference from the square of the sum is small.
        var sums = cat([mean, variance.add(mean.square()), ones(1, ScalarType.Float64, input.device)]).mul_(pixels);
        group.Sum(sums);
        var count = sums.narrow(0, 2 * channels, 1);
        var ofAll = sums.narrow(0, 0, channels).div(count);
        var squares = sums.narrow(0, channels, channels).div(count);
        return (
            ofAll.to(ScalarType.Float32), squares.sub_(ofAll.square()).clamp_min_(0).to(ScalarType.Float32), count.to(ScalarType.Float32));
    }

    private static long[] AllButChannels(Tensor input) => [0, .. Enumerable.Range(2, (int)input.dim() - 2).Select(dimension => (long)dimension)];

    private static long[] ChannelsOf(Tensor input) => [1, input.shape[1], .. Enumerable.Repeat(1L, (int)input.dim() - 2)];
}
