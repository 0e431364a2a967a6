using System.Globalization;
using SelfSup.Data;
using SelfSup.Files;
using SelfSup.Optimization;
using SelfSup.Runtime;
using TorchSharp;

namespace SelfSup.Training;

/// <summary>What a run is: everything that decides its result, and what it happened to run on.</summary>
/// <remarks>
/// A run resumes as the same run alone. What decides the result must be the same; of what may differ for good reason, such as threads or
/// the times of copied files, a warning stays on record. More epochs than before are allowed.
/// </remarks>
internal sealed class RunIdentity
{
    private const string Epochs = "epochs";

    // Another number of threads takes sums in another order and changes the last bits.
    private const string Threads = "threads";

    // And so does another number of ranks, whose batches are the same.
    private const string Ranks = "ranks";

    private RunIdentity(IReadOnlyDictionary<string, object?> decisive, IReadOnlyDictionary<string, object?> incidental) =>
        (Decisive, Incidental) = (decisive, incidental);

    /// <summary>What decides the result, by name: numbers, texts, yes or no, lists of them, and null for what is not set.</summary>
    public IReadOnlyDictionary<string, object?> Decisive { get; }

    /// <summary>What the run happened to run on.</summary>
    public IReadOnlyDictionary<string, object?> Incidental { get; }

    /// <summary>All of it as text, for the metadata of a checkpoint.</summary>
    public Dictionary<string, string> ToText() => Decisive.Concat(Incidental).ToDictionary(pair => pair.Key, pair => Settings.TextOf(pair.Value));

    /// <summary>Describes a run.</summary>
    public static RunIdentity Of(
        Encoder encoder, IReadOnlyList<WeightedTask> tasks, IImageSource images, TrainingRecipe recipe, PretrainingOptions options, int epochs,
        torch.Device device)
    {
        var decisive = new Dictionary<string, object?> { ["tasks"] = tasks.Select(task => task.Task.Name).ToArray() }; // they draw in their order
        foreach (var task in tasks)
        {
            decisive[$"task.{task.Task.Name}.weight"] = task.Weight;
            foreach (var (name, value) in task.Task.Settings)
                decisive[$"task.{task.Task.Name}.settings.{name}"] = Settings.ValueOf(value);
            for (var i = 0; i < task.Task.Views.Count; i++)
            {
                var view = task.Task.Views[i];
                Add($"task.{task.Task.Name}.view{i}", view.Augmentation.Describe());
                decisive[$"task.{task.Task.Name}.view{i}.size"] = view.SideFor(encoder.ImageSize);
                decisive[$"task.{task.Task.Name}.view{i}.count"] = view.Count;
            }
        }
        foreach (var (name, value) in EncoderMetadata.Describe(encoder))
        {
            if (name is not (EncoderMetadata.FormatKey or EncoderMetadata.SettingsKey))
                decisive[$"encoder.{name}"] = Settings.ValueOf(value);
        }
        foreach (var (name, value) in encoder.Settings)
            decisive[$"encoder.settings.{name}"] = Settings.ValueOf(value);
        decisive["encoder.mean"] = encoder.Normalization.Mean; // numbers, where a file's metadata has text
        decisive["encoder.std"] = encoder.Normalization.Deviation;
        decisive["images.count"] = images.Count;
        decisive["images.frames"] = images.Frames;
        decisive["images.identity"] = Hexadecimal(images.GetIdentity());
        decisive[Epochs] = epochs;
        decisive["batch_size"] = options.BatchSize;
        decisive["seed"] = options.Seed;
        if (options.ShuffleWindow is { } window)
            decisive["shuffle_window"] = window;
        decisive["precision"] = options.PrecisionOn(device).ToString().ToLowerInvariant();
        decisive["non_finite"] = Settings.ToSnakeCase(options.NonFinite.ToString());
        Add("recipe", recipe.Describe());
        Add("augmentation", options.Augmentation.Describe());
        return new(decisive, RunEnvironment.Describe(images, options, device));

        void Add<T>(string prefix, IEnumerable<KeyValuePair<string, T>> values)
        {
            foreach (var (name, value) in values)
                decisive[$"{prefix}.{name}"] = value;
        }
    }

    /// <summary>What decides the result, a line for each name, to be compared by <see cref="RequireSame"/>.</summary>
    public string ToLines() => string.Join('\n', Decisive.Select(pair => $"{pair.Key} = {Settings.TextOf(pair.Value).ReplaceLineEndings(" ")}"));

    /// <summary>Refuses ranks that were given different settings or see different images.</summary>
    /// <param name="ofRanks">The lines of every rank, in the order of ranks.</param>
    /// <exception cref="InvalidOperationException">Something differs; the message names it.</exception>
    public static void RequireSame(IReadOnlyList<string> ofRanks)
    {
        for (var rank = 1; rank < ofRanks.Count; rank++)
        {
            if (ofRanks[rank] == ofRanks[0])
                continue;
            var (first, other) = (ofRanks[0].Split('\n'), ofRanks[rank].Split('\n'));
            throw new InvalidOperationException(
                $"The ranks must train the same run, but rank {rank} has {string.Join("; ", other.Except(first))}, and rank 0 has "
                + $"{string.Join("; ", first.Except(other))}. Start all of them with the same settings and images.");
        }
    }

    /// <summary>Compares with what a checkpoint has on record.</summary>
    /// <param name="folder">The run's folder, for the message.</param>
    /// <param name="before">The texts of the checkpoint.</param>
    /// <returns>What differs for good reason, a sentence each.</returns>
    /// <exception cref="InvalidOperationException">Something differs that decides the result; the message names it.</exception>
    public IReadOnlyList<string> Compare(string folder, IReadOnlyDictionary<string, string> before)
    {
        var now = ToText();
        var differing = before.Keys.Union(now.Keys)
            .Where(name => before.GetValueOrDefault(name) != now.GetValueOrDefault(name) && !IsMoreEpochs(name))
            .ToLookup(name => Incidental.ContainsKey(name));
        if (differing[false].ToArray() is { Length: > 0 } refused)
        {
            var changes = refused.Select(name => $"{name} = {before.GetValueOrDefault(name, "nothing")}, not {now.GetValueOrDefault(name, "nothing")}");
            throw new InvalidOperationException($"The run in {folder} was started with {string.Join("; ", changes)}. Resume with the same settings.");
        }
        var notes = differing[true].Select(name => name is Threads or Ranks
            ? $"The run goes on with {now[name]} {name} after {before.GetValueOrDefault(name, "nothing")}. Sums are taken in another order, "
                + $"so the results are not the same to the last bit as with one number of {name} throughout."
            : $"The run goes on with {name} = {now[name]} after {before.GetValueOrDefault(name, "nothing")}.");
        return IsMoreEpochs(Epochs)
            ? [.. notes, $"The run goes on for {now[Epochs]} epochs after it was started for {before[Epochs]}. Its learning rate has followed the "
                + "shorter schedule up to here, so the result is not that of a run of as many epochs."]
            : [.. notes];

        bool IsMoreEpochs(string name) => name == Epochs && before.TryGetValue(Epochs, out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epochs) && epochs < (int)Decisive[Epochs]!;
    }

    /// <summary>A fingerprint as text.</summary>
    public static string Hexadecimal(ulong fingerprint) => fingerprint.ToString("x16", CultureInfo.InvariantCulture);
}
