using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Distributed;

/// <summary>Puts the rows of all ranks together, and brings every rank the gradients that all of them have of its rows.</summary>
internal sealed class GatheredRows : autograd.SingleTensorFunction<GatheredRows>
{
    private const string Group = "group", Share = "share";

    /// <inheritdoc/>
    public override string Name => nameof(GatheredRows);

    /// <summary>Gathers.</summary>
    /// <param name="rows">For k views of the rank's n images, (k n, ...), view by view.</param>
    /// <param name="group">The ranks.</param>
    /// <param name="share">Which images of the batch the rank has.</param>
    /// <returns>(k N, ...) for the N images of all ranks, of the same type, in the caller's dispose scope.</returns>
    public static Tensor Of(Tensor rows, IProcessGroup group, BatchShare share)
    {
        if (rows.shape[0] % share.Count != 0)
            throw new ArgumentException($"There are {rows.shape[0]} rows for {share.Count} images; give as many of each image.", nameof(rows));
        using var scope = NewDisposeScope();
        var summable = rows.dtype is ScalarType.Float32 or ScalarType.Float64 or ScalarType.Int64 ? rows : rows.to(ScalarType.Float32);
        var gathered = summable.requires_grad ? apply(summable, group, share) : Gather(summable, group, share);
        return gathered.to(rows.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (group, share) = ((IProcessGroup)arguments[1], (BatchShare)arguments[2]);
        context.save_data(Group, group);
        context.save_data(Share, share);
        return Gather((Tensor)arguments[0], group, share);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var (group, share) = ((IProcessGroup)context.get_data(Group), (BatchShare)context.get_data(Share));
        var sum = gradient.contiguous().clone();
        group.Sum(sum);
        var views = sum.shape[0] / share.Total;
        var own = sum.view([views, share.Total, .. sum.shape[1..]]).narrow(1, share.First, share.Count);
        return [own.reshape([views * share.Count, .. sum.shape[1..]]).clone().MoveToOuterDisposeScope(), null!, null!];
    }

    // A sum in which all others have zeros at a rank's places: exact, and it needs nothing more of a group.
    private static Tensor Gather(Tensor rows, IProcessGroup group, BatchShare share)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var views = rows.shape[0] / share.Count;
        var all = zeros([views, share.Total, .. rows.shape[1..]], rows.dtype, rows.device);
        all.narrow(1, share.First, share.Count).copy_(rows.reshape([views, share.Count, .. rows.shape[1..]]));
        group.Sum(all);
        return all.view([views * share.Total, .. rows.shape[1..]]).MoveToOuterDisposeScope();
    }
}
