using static TorchSharp.torch;

namespace SelfSup.Reports;

/// <summary>Some rows of features, and which of them are alike.</summary>
internal static class FeatureRows
{
    /// <summary>Takes rows.</summary>
    /// <param name="features">Float (N, D). Borrowed.</param>
    /// <param name="rows">Which ones.</param>
    /// <returns>(rows, D), owned by the caller.</returns>
    public static Tensor Rows(this Tensor features, int[] rows)
    {
        using var places = tensor(rows.Select(row => (long)row).ToArray(), device: CPU);
        return features.index_select(0, places);
    }

    /// <summary>Finds the rows of the largest cosine with each.</summary>
    /// <param name="rows">Float (N, D). Borrowed.</param>
    /// <param name="count">How many; all others where there are fewer.</param>
    /// <returns>For each row those others, the most alike first.</returns>
    public static int[][] MostAlike(this Tensor rows, int count)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var unit = nn.functional.normalize(rows.to(ScalarType.Float32), dim: 1);
        var most = (int)Math.Min(count, rows.shape[0] - 1);
        if (most == 0)
            return [[]];
        var cosines = unit.mm(unit.t());
        cosines.diagonal().fill_(float.NegativeInfinity);
        var (_, nearest) = cosines.topk(most);
        return [.. nearest.data<long>().ToArray().Select(row => (int)row).Chunk(most)];
    }
}
