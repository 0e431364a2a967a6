using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Lays the parameters that training started with over those that it has reached.</summary>
internal sealed class FrozenBlend : IDisposable
{
    private readonly IReadOnlyList<Tensor> parameters;
    private readonly double share;
    private readonly Tensor[] frozen;

    /// <summary>Keeps the parameters as they are now.</summary>
    /// <param name="parameters">The parameters. Borrowed.</param>
    /// <param name="share">The share of what they are now, in [0, 1].</param>
    public FrozenBlend(IReadOnlyList<Tensor> parameters, double share)
    {
        (this.parameters, this.share) = (parameters, share);
        frozen = share == 0 ? [] : Copy();
    }

    /// <summary>Blends them until what this returns is disposed; null if there is nothing to blend.</summary>
    public IDisposable? Begin() => share == 0 ? null : new Blended(this);

    public void Dispose() => Free(frozen);

    private Tensor[] Copy()
    {
        using var scope = NewDisposeScope();
        return [.. parameters.Select(parameter => parameter.detach().clone().DetachFromDisposeScope())];
    }

    private void Set(IReadOnlyList<Tensor> values)
    {
        using var noGrad = no_grad();
        for (var i = 0; i < values.Count; i++)
            parameters[i].copy_(values[i]);
    }

    private static void Free(Tensor[] values)
    {
        foreach (var value in values)
            value.Dispose();
    }

    private sealed class Blended : IDisposable
    {
        private readonly FrozenBlend blend;
        private readonly Tensor[] reached;

        public Blended(FrozenBlend blend)
        {
            this.blend = blend;
            reached = blend.Copy();
            using var scope = NewDisposeScope();
            blend.Set([.. reached.Zip(blend.frozen, (end, start) => end.lerp(start, blend.share))]);
        }

        public void Dispose()
        {
            blend.Set(reached);
            Free(reached);
        }
    }
}
