using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>Lloyd's algorithm from centers drawn among the rows; an empty cluster keeps its center.</summary>
internal static class KMeans
{
    public static Tensor Assign(Tensor rows, int clusters, RandomSource random, int iterations = 10)
    {
        using var scope = NewDisposeScope();
        var centers = rows.index_select(0, random.Permutation(rows.shape[0]).narrow(0, 0, clusters));
        for (var i = 0; i < iterations; i++)
        {
            var members = nn.functional.one_hot(Nearest(), clusters).to(rows.dtype); // (N, K)
            var sizes = members.sum([0L]).unsqueeze(1);
            centers = where(sizes.gt(0), members.t().mm(rows).div(sizes.clamp_min(1)), centers);
        }
        return Nearest().MoveToOuterDisposeScope();

        Tensor Nearest() => rows.mm(centers.t()).mul(-2).add(centers.square().sum(1)).argmin(1);
    }
}
