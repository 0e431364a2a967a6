using static TorchSharp.torch;

namespace SelfSup.Curation;

/// <summary>Features scaled to length 1, some at a time: a copy of all may not fit in memory.</summary>
internal static class UnitRows
{
    /// <summary>Scales features.</summary>
    /// <param name="features">Float (N, D). Borrowed.</param>
    /// <returns>Float32 (N, D), every row of length 1 or, where it was 0, 0; owned by the caller.</returns>
    public static Tensor Of(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return nn.functional.normalize(features.to(ScalarType.Float32), dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>Scales some rows of features.</summary>
    /// <param name="features">Float (N, D). Borrowed.</param>
    /// <param name="rows">Which ones.</param>
    /// <returns>Float32 (rows, D), owned by the caller.</returns>
    public static Tensor Of(Tensor features, IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        return Of(features.index_select(0, Places(rows, features.device))).MoveToOuterDisposeScope();
    }

    /// <summary>Row numbers as a tensor, int64 (rows), owned by the caller.</summary>
    public static Tensor Places(IEnumerable<int> rows, Device device)
    {
        using var places = tensor(rows.Select(row => (long)row).ToArray(), device: CPU);
        return places.to(device).alias();
    }

    /// <summary>Draws rows evenly, each at most once.</summary>
    /// <param name="count">How many rows there are.</param>
    /// <param name="most">How many to draw; all of them where there are not more.</param>
    /// <param name="seed">Decides the draw.</param>
    /// <returns>Row numbers, ascending.</returns>
    public static int[] Draw(int count, int most, int seed)
    {
        if (count <= most)
            return [.. Enumerable.Range(0, count)];
        using var random = new RandomSource((ulong)seed);
        using var order = random.Permutation(count);
        return [.. order.data<long>().Take(most).Select(row => (int)row).Order()];
    }

    /// <summary>Checks that features are a matrix that has rows.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static void Check(Tensor features)
    {
        if (features.dim() != 2 || features.shape[0] == 0)
            throw new ArgumentException($"Features are (images, features), with an image or more, not ({string.Join(", ", features.shape)}).", nameof(features));
    }
}
