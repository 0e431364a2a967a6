using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>Picks tokens by their numbers, other ones in every image.</summary>
internal static class TokenOrder
{
    /// <summary>Picks tokens.</summary>
    /// <param name="tokens">Tokens (N, L, D).</param>
    /// <param name="places">The numbers of those to pick, int64 (N, K).</param>
    /// <returns>Tokens (N, K, D), owned by the caller.</returns>
    public static Tensor Pick(Tensor tokens, Tensor places)
    {
        using var scope = NewDisposeScope();
        var (count, length, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2]);
        // Rows of one long table: the gradient of that has a deterministic form on GPUs.
        var starts = arange(count, int64, tokens.device).mul(length).unsqueeze(1);
        var rows = tokens.reshape(count * length, width).index_select(0, places.add(starts).flatten());
        return rows.view(count, places.shape[1], width).MoveToOuterDisposeScope();
    }
}
