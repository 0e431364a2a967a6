using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>A module's parameters and persistent buffers as named tensors, out and back in.</summary>
internal static class ModuleState
{
    /// <summary>Lists a module's state.</summary>
    /// <param name="module">The module.</param>
    /// <param name="prefix">Goes before every name, such as <c>encoder.</c>; may be empty.</param>
    /// <returns>The live tensors, borrowed: they change when the module trains.</returns>
    public static IReadOnlyDictionary<string, Tensor> Collect(nn.Module module, string prefix) =>
        module.state_dict().ToDictionary(pair => prefix + pair.Key, pair => pair.Value, StringComparer.Ordinal);

    /// <summary>Copies named tensors into a module; all are checked before the first is copied.</summary>
    /// <param name="module">The module; it keeps its device and its floating-point type.</param>
    /// <param name="tensors">Tensors that match the module's state name by name and shape by shape. Borrowed.</param>
    /// <exception cref="InvalidDataException">Names are missing or extra, or a shape or type differs; the message lists them.</exception>
    public static void Restore(nn.Module module, IReadOnlyDictionary<string, Tensor> tensors) => Copy(tensors, Collect(module, ""));

    /// <summary>Copies named tensors onto others of the same names; all are checked before the first is copied.</summary>
    /// <param name="tensors">Where from; borrowed.</param>
    /// <param name="state">Where to: overwritten in place.</param>
    /// <exception cref="InvalidDataException">Names are missing or extra, or a shape or type differs; the message lists them.</exception>
    public static void Copy(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, Tensor> state)
    {
        var problems = state.Keys.Where(name => !tensors.ContainsKey(name)).Select(name => $"{name} is missing")
            .Concat(tensors.Keys.Where(name => !state.ContainsKey(name)).Select(name => $"{name} is unknown"))
            .Concat(state.Where(pair => tensors.ContainsKey(pair.Key)).Select(pair => Difference(pair.Key, pair.Value, tensors[pair.Key])))
            .OfType<string>()
            .Order(StringComparer.Ordinal)
            .ToList();
        if (problems.Count > 0)
            throw new InvalidDataException($"The weights do not fit: {Summarize(problems)}.");

        using var noGrad = no_grad();
        foreach (var (name, tensor) in state)
            tensor.copy_(tensors[name]);
    }

    private static string? Difference(string name, Tensor own, Tensor given)
    {
        if (!own.shape.SequenceEqual(given.shape))
            return $"{name} is [{string.Join(", ", given.shape)}] instead of [{string.Join(", ", own.shape)}]";
        return own.dtype == given.dtype || (own.is_floating_point() && given.is_floating_point())
            ? null
            : $"{name} is {given.dtype} instead of {own.dtype}";
    }

    /// <summary>The first problems of many, for a message.</summary>
    public static string Summarize(IReadOnlyList<string> problems) =>
        problems.Count <= 8 ? string.Join(", ", problems) : $"{string.Join(", ", problems.Take(8))} and {problems.Count - 8} more";
}
