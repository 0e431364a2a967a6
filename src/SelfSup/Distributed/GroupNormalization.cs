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
    private const string Group = "group", Epsilon = "epsilon";

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
        context.save_for_backward([
            input, scale, mean.MoveToOuterDisposeScope(), variance.MoveToOuterDisposeScope(), count.MoveToOuterDisposeScope()]);
        context.save_data(Group, group);
        context.save_data(Epsilon, layer.eps);
        return nn.functional.batch_norm(input, mean, variance, scale, shift, training: false, eps: layer.eps).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = context.get_saved_variables();
        var (input, scale, mean, variance, count) = (saved[0], saved[1], saved[2], saved[3], saved[4]);
        var epsilon = (double)context.get_data(Epsilon);
        var (direct, ofScale, ofShift) = PassThrough(input, scale, mean, variance, epsilon, gradient);
        var sums = stack([ofShift, ofScale]); // S and P / deviation, (2, C)
        ((IProcessGroup)context.get_data(Group)).Sum(sums);
        sums.div_(count);
        // What the statistics pass on is linear in x, so that the layer computes it: scale' (x - mean) / deviation + shift'.
        var inverse = variance.add(epsilon).rsqrt();
        var factor = scale.mul(inverse);
        using var noGrad = no_grad();
        var byStatistics = nn.functional.batch_norm(input, mean, variance, factor.mul(sums[1]), factor.mul(sums[0]), training: false, eps: epsilon);
        return [direct.sub_(byStatistics).MoveToOuterDisposeScope(), ofScale.MoveToOuterDisposeScope(), ofShift.MoveToOuterDisposeScope(), null!, null!];
    }

    /// <summary>The gradients as they would be if mean and variance were constants, of the layer's own backward pass.</summary>
    private static (Tensor OfInput, Tensor OfScale, Tensor OfShift) PassThrough(
        Tensor input, Tensor scale, Tensor mean, Tensor variance, double epsilon, Tensor gradient)
    {
        using var withGrad = enable_grad();
        var (x, s, b) = (input.detach().requires_grad_(true), scale.detach().requires_grad_(true), zeros_like(scale).requires_grad_(true));
        var output = nn.functional.batch_norm(x, mean, variance, s, b, training: false, eps: epsilon);
        var gradients = autograd.grad([output], [x, s, b], [gradient]);
        return (gradients[0], gradients[1], gradients[2]);
    }

    /// <summary>Mean and variance of every channel over all ranks, float32 (C), and the number of pixels, float32 (1).</summary>
    private static (Tensor Mean, Tensor Variance, Tensor Count) Measure(Tensor input, IProcessGroup group)
    {
        var channels = input.shape[1];
        var pixels = input.numel() / channels;
        var (ownMean, ownVariance) = (zeros(channels, ScalarType.Float32, input.device), ones(channels, ScalarType.Float32, input.device));
        // The layer measures both in a tenth of the time that var takes on CPUs. With a momentum of 1 it leaves them as they are, for pixels less one.
        nn.functional.batch_norm(input, ownMean, ownVariance, training: true, momentum: 1);
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
}
