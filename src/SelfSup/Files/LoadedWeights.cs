namespace SelfSup.Files;

/// <summary>Tensors of a file that an encoder did not take.</summary>
/// <param name="Name">Their name, or what the names of all of them start with.</param>
/// <param name="TensorCount">How many there are.</param>
public sealed record SkippedWeights(string Name, int TensorCount);

/// <summary>What <see cref="EncoderFile.LoadWeights"/> took from a file and what it left.</summary>
/// <remarks>The text, <see cref="ToString"/>, says all of it in a sentence or two for people.</remarks>
public sealed class LoadedWeights
{
    private const int SkippedShown = 12;

    internal LoadedWeights(
        NamedWeights file, IReadOnlyList<WeightSet> sets, WeightSet chosen, IReadOnlyList<string> resampled, IReadOnlyList<string> notes)
    {
        Resampled = resampled;
        Notes = notes;
        Prefix = chosen.Prefix;
        var taken = chosen.Weights.Values.SelectMany(weight => weight.Parts).Concat(chosen.Merged).ToHashSet(StringComparer.Ordinal);
        TensorCount = file.All.Count(weight => taken.Contains(weight.Name));
        Skipped =
        [
            .. file.All
                .Where(weight => !taken.Contains(weight.Name))
                .GroupBy(weight => GroupOf(weight.Name, chosen.Prefix))
                .Select(group => new SkippedWeights(group.Key, group.Count())),
        ];
        OtherPrefixes = [.. sets.Where(set => set != chosen).Select(set => set.Prefix)];
        SkippedClasses = [.. file.Classes];
    }

    /// <summary>What stands before the encoder's names in the file, such as <c>state_dict.module.encoder_q.</c>; may be empty.</summary>
    public string Prefix { get; }

    /// <summary>How many tensors were taken, from 1.</summary>
    public int TensorCount { get; }

    /// <summary>What was left: heads, queues, optimizers, copies.</summary>
    public IReadOnlyList<SkippedWeights> Skipped { get; }

    /// <summary>Tables of positions that were brought to the encoder's grid, with both shapes.</summary>
    public IReadOnlyList<string> Resampled { get; }

    /// <summary>Other prefixes under which all weights fit too: averaged copies by their names, or the same values once more.</summary>
    public IReadOnlyList<string> OtherPrefixes { get; }

    /// <summary>The first classes and functions in Python, by name, whose objects stand in the file and were not made.</summary>
    public IReadOnlyList<string> SkippedClasses { get; }

    /// <summary>What else there is to know, in sentences: how pixels are normalized, and what a model has in another form than the encoder.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = $"Took {TensorCount} tensors" + (Prefix.Length == 0 ? "." : $" from '{Prefix}'.");
        if (Resampled.Count > 0)
            text += $" Resampled {string.Join(", ", Resampled)}.";
        if (Skipped.Count > 0)
        {
            var shown = Skipped.Take(SkippedShown).Select(group => $"{group.Name} ({group.TensorCount})");
            var more = Skipped.Count > SkippedShown ? $" and {Skipped.Count - SkippedShown} more" : "";
            text += $" Skipped {Skipped.Sum(group => group.TensorCount)} others: {string.Join(", ", shown)}{more}.";
        }
        if (OtherPrefixes.Count > 0)
            text += $" Would fit too: {string.Join(", ", OtherPrefixes.Select(prefix => $"'{prefix}'"))}.";
        if (SkippedClasses.Count > 0)
            text += $" Objects that were not read: {string.Join(", ", SkippedClasses)}.";
        return string.Join(' ', Notes.Prepend(text));
    }

    // The names that a weight shares with the encoder's, and one more: "module.encoder_q.fc" beside "module.encoder_q.".
    private static string GroupOf(string name, string prefix)
    {
        var start = 0;
        while (true)
        {
            var end = name.IndexOf('.', start);
            if (end < 0)
                return name;
            if (!prefix.AsSpan().StartsWith(name.AsSpan(0, end + 1)))
                return name[..end];
            start = end + 1;
        }
    }
}
