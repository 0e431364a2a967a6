using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Brings the names of other libraries' weights to an encoder's.</summary>
/// <remarks>
/// The ResNets of timm have torchvision's names. Wrappers put a prefix before all of them: DataParallel <c>module.</c>,
/// self-supervised libraries <c>backbone.</c> or <c>encoder.</c>.
/// </remarks>
internal static class ForeignWeights
{
    private const string BatchCounter = "num_batches_tracked";

    // The classifiers of torchvision's models, which an encoder does not have.
    private static readonly string[] ClassifierPrefixes = ["fc.", "classifier."];

    private static readonly string[] WrapperPrefixes = ["module.", "backbone.", "encoder."];

    /// <summary>Drops the classifier and the prefixes that all names share, and adds the batch counters that are missing.</summary>
    /// <param name="tensors">The weights; borrowed, and so are those returned.</param>
    /// <param name="state">The encoder's state; lends its batch counters.</param>
    public static Dictionary<string, Tensor> Fit(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, Tensor> state)
    {
        var weights = WithoutClassifier(tensors);
        // Wrappers may be wrapped, each once.
        for (var round = 0; round < WrapperPrefixes.Length; round++)
        {
            // A custom encoder's own names may start so; then the prefix belongs to them.
            var shared = Array.Find(WrapperPrefixes, prefix => Share(weights, prefix) && !Share(state, prefix)) ?? "";
            weights = WithoutClassifier(weights.ToDictionary(pair => pair.Key[shared.Length..], pair => pair.Value));
        }
        foreach (var (name, counter) in state)
        {
            if (name.EndsWith(BatchCounter, StringComparison.Ordinal))
                weights.TryAdd(name, counter);
        }
        return weights;
    }

    private static bool Share(IReadOnlyDictionary<string, Tensor> tensors, string prefix) =>
        tensors.Count > 0 && tensors.Keys.All(name => name.StartsWith(prefix, StringComparison.Ordinal));

    private static Dictionary<string, Tensor> WithoutClassifier(IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors
            .Where(pair => !ClassifierPrefixes.Any(prefix => pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
}
