using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Brings the weights of an open file to an encoder.</summary>
internal static class WeightLoading
{
    private const int NamesShown = 4;
    private const float SameNormalization = 1e-3f;

    /// <summary>Finds an encoder's weights.</summary>
    /// <returns>They, or of those that do not fit what was found, and what keeps them from fitting.</returns>
    public static WeightSet Compare(Encoder encoder, NamedWeights file) =>
        Find(encoder, file, ModuleState.Collect(encoder, "")).Sets[0];

    /// <summary>Finds an encoder's weights and copies them.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="file">The file.</param>
    /// <param name="prefix">Which of several sets of weights.</param>
    /// <param name="remarks">What else the report is to say.</param>
    /// <returns>What was taken and what was skipped.</returns>
    /// <exception cref="InvalidDataException">The weights do not fit, or several do and none is named; the message names no file.</exception>
    public static LoadedWeights Load(Encoder encoder, NamedWeights file, string? prefix, params IReadOnlyList<string> remarks)
    {
        CheckNormalization(encoder, file.Onnx?.Input.Normalization);
        var state = ModuleState.Collect(encoder, "");
        var adaptable = encoder as IAdaptableWeights;
        var (sets, notes) = Find(encoder, file, state);
        if (sets[0].Problems.Count > 0)
        {
            throw new InvalidDataException(
                $"The weights do not fit: {ModuleState.Summarize(sets[0].Problems)}.{ListNames(file, sets[0])}{StemAdvice.For(encoder, file.All)}");
        }
        var chosen = WeightChoice.Choose(sets, prefix);
        Copy(chosen, state, adaptable);
        return new LoadedWeights(file, sets, chosen, ListResampled(chosen, state), [.. notes, .. remarks]);
    }

    private static (IReadOnlyList<WeightSet> Sets, IReadOnlyList<string> Notes) Find(
        Encoder encoder, NamedWeights file, IReadOnlyDictionary<string, Tensor> state)
    {
        var adaptable = encoder as IAdaptableWeights;
        if (file.Onnx is not { } model)
            return (WeightSearch.Find(file.All, state, adaptable), []);
        var followed = OnnxMatch.Find(model, encoder, state);
        if (followed.Problems.Count == 0)
        {
            return ([followed], followed.FoldedCount == 0
                ? []
                : [$"{followed.FoldedCount} batch normalizations are folded into convolutions: the file has no statistics of theirs."]);
        }
        var named = WeightSearch.Find(file.All, state, adaptable);
        return named[0].Problems.Count == 0 && model.Input.IsRgb
            ? (named, [$"Taken by names alone, for the model's operations could not be compared with the encoder's: {followed.Problems[0]}."])
            : named[0].Weights.Count > followed.Weights.Count ? (named, []) : ([followed], []);
    }

    private static void CheckNormalization(Encoder encoder, Normalization? made)
    {
        if (made is null || (AreClose(made.Mean, encoder.Normalization.Mean) && AreClose(made.Deviation, encoder.Normalization.Deviation)))
            return;
        throw new InvalidDataException(
            $"The weights are made for pixels of mean [{string.Join(", ", made.Mean)}] and deviation [{string.Join(", ", made.Deviation)}], and the "
            + $"encoder normalizes by others. {nameof(EncoderFile)}.{nameof(EncoderFile.LoadPretrained)} without a normalization makes one that fits.");
    }

    private static bool AreClose(IReadOnlyList<float> first, IReadOnlyList<float> second) =>
        first.Zip(second).All(pair => Math.Abs(pair.First - pair.Second) < SameNormalization);

    private static void Copy(WeightSet set, IReadOnlyDictionary<string, Tensor> state, IAdaptableWeights? adaptable)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        // All are read before the first is copied, for a file may be damaged.
        var read = set.Weights.Select(pair => (Target: state[pair.Key], Values: Read(pair.Key, pair.Value))).ToList();
        foreach (var (target, values) in read)
            target.copy_(values);

        Tensor Read(string name, NamedWeight weight)
        {
            var values = weight.Read();
            return values.shape.SequenceEqual(state[name].shape) ? values : adaptable!.Adapt(name, values);
        }
    }

    private static string[] ListResampled(WeightSet set, IReadOnlyDictionary<string, Tensor> state) =>
    [
        .. set.Weights
            .Where(pair => !pair.Value.Shape.SequenceEqual(state[pair.Key].shape))
            .Select(pair => $"{pair.Value.Name} from [{string.Join(", ", pair.Value.Shape)}] to [{string.Join(", ", state[pair.Key].shape)}]"),
    ];

    // Where next to nothing is found, the file's own names say more.
    private static string ListNames(NamedWeights file, WeightSet nearest) =>
        nearest.Weights.Count > 0 || file.Onnx is not null
            ? ""
            : $" Its {file.All.Count} tensors are called {string.Join(", ", file.All.Take(NamesShown).Select(weight => weight.Name))}"
                + (file.All.Count > NamesShown ? " and so on." : ".");
}
