using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>A place in a file where an encoder's weights are looked for, and what is found there.</summary>
/// <param name="Prefix">What stands before the encoder's names; empty or with a dot at its end.</param>
/// <param name="Weights">The file's tensors by the encoder's names.</param>
/// <param name="Problems">What keeps them from fitting; empty if they fit.</param>
internal sealed record WeightSet(string Prefix, IReadOnlyDictionary<string, NamedWeight> Weights, IReadOnlyList<string> Problems)
{
    // Parts of names by which code bases call the copy that follows the trained network: its average over steps.
    private static readonly string[] CopyWords =
        ["momentum", "ema", "teacher", "target", "key", "averaged", "average", "avg", "swa", "shadow", "moving", "slow"];

    // encoder_k of MoCo and encoder_m of others; alone these letters may mean anything.
    private static readonly string[] CopyEndings = ["k", "m"];

    /// <summary>Names of tensors in the file that went into one of the weights, beside its own.</summary>
    public IReadOnlyCollection<string> Merged { get; init; } = [];

    /// <summary>Convolutions that have their batch normalization folded into them, whose statistics are therefore not in the file.</summary>
    public int FoldedCount { get; init; }

    /// <summary>Whether the names say that this is an averaged copy of the network that was trained.</summary>
    public bool IsCopy { get; } = Prefix.Split('.').Any(IsCopyName);

    /// <summary>How many of the file's tensors these are.</summary>
    public int TensorCount => Weights.Values.Sum(weight => weight.Parts.Count);

    /// <summary>The prefix as users read and give it.</summary>
    public string Name => Prefix.TrimEnd('.');

    /// <summary>Whether another set has the same values bit by bit.</summary>
    public bool HasSameValues(WeightSet other) =>
        Weights.Count == other.Weights.Count
        && Weights.All(pair => other.Weights.TryGetValue(pair.Key, out var weight) && HaveSameBits(pair.Value, weight));

    private static bool IsCopyName(string part)
    {
        var words = part.ToLowerInvariant().Split('_', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'))
            .ToArray();
        return words.Any(CopyWords.Contains) || (words.Length > 1 && CopyEndings.Contains(words[^1]));
    }

    private static bool HaveSameBits(NamedWeight first, NamedWeight second)
    {
        if (first.Type != second.Type || !first.Shape.SequenceEqual(second.Shape))
            return false;
        using var scope = NewDisposeScope();
        return first.Read().contiguous().bytes.SequenceEqual(second.Read().contiguous().bytes);
    }
}
