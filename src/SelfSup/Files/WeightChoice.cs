namespace SelfSup.Files;

/// <summary>Chooses between the places in a file where an encoder's weights fit.</summary>
internal static class WeightChoice
{
    /// <summary>
    /// Chooses the only place, or the only one that is no averaged copy by its name; places with the same values are one.
    /// </summary>
    /// <param name="sets">The places that fit.</param>
    /// <param name="prefix">The place that the caller names, or the end of its name; null for none.</param>
    /// <exception cref="InvalidDataException">There is no such place, or several and none is named; the message lists them.</exception>
    public static WeightSet Choose(IReadOnlyList<WeightSet> sets, string? prefix)
    {
        if (prefix is not null)
            return Named(sets, prefix.TrimEnd('.'));
        var trained = new List<WeightSet>();
        foreach (var set in sets.Where(set => !set.IsCopy))
        {
            if (!trained.Exists(other => other.HasSameValues(set)))
                trained.Add(set);
        }
        return trained switch
        {
            [var only] => only,
            [] when sets is [var copy] => throw new InvalidDataException(
                $"its only weights that fit are '{copy.Name}', by their name an averaged copy of the trained network's. {Advice(copy)}"),
            [] => throw new InvalidDataException(
                $"all weights that fit are averaged copies by their names: {List(sets)}. {Advice(sets[0])}"),
            _ => throw new InvalidDataException($"{sets.Count} sets of weights fit: {List(sets)}. {Advice(trained[0])}"),
        };
    }

    private static WeightSet Named(IReadOnlyList<WeightSet> sets, string name)
    {
        if (sets.FirstOrDefault(set => set.Name == name) is { } exact)
            return exact;
        var ending = sets.Where(set => set.Name.EndsWith("." + name, StringComparison.Ordinal)).ToList();
        return ending.Count == 1
            ? ending[0]
            : throw new InvalidDataException($"{ending.Count} sets of weights are called '{name}'; those that fit are: {List(sets)}.");
    }

    private static string List(IReadOnlyList<WeightSet> sets) =>
        string.Join(", ", sets.Select(set =>
            $"'{set.Name}' ({set.TensorCount} tensors{(set.IsCopy ? ", an averaged copy by its name" : "")})"));

    private static string Advice(WeightSet example) =>
        $"Name the one to take, such as {nameof(EncoderFile.LoadWeights)}(encoder, path, prefix: \"{example.Name}\").";
}
