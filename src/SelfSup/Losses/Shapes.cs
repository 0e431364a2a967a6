using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>Checks of shapes that losses would otherwise broadcast without a word.</summary>
internal static class Shapes
{
    /// <summary>Requires two tensors of rows to be of one shape.</summary>
    public static void CheckPairs(
        Tensor rows, Tensor others, [CallerArgumentExpression(nameof(rows))] string name = "", [CallerArgumentExpression(nameof(others))] string other = "")
    {
        if (rows.dim() != 2 || !rows.shape.SequenceEqual(others.shape))
        {
            throw new ArgumentException(
                $"'{name}' is ({string.Join(", ", rows.shape)}) and '{other}' ({string.Join(", ", others.shape)}): both must be (N, D), a row for every image.",
                other);
        }
    }

    /// <summary>Requires rows of a width, at least one.</summary>
    public static void CheckRows(Tensor rows, long width, [CallerArgumentExpression(nameof(rows))] string name = "")
    {
        if (rows.dim() != 2 || rows.shape[0] < 1 || rows.shape[1] != width)
            throw new ArgumentException($"'{name}' is ({string.Join(", ", rows.shape)}) instead of (K, {width}) with at least one row.", name);
    }
}
