using System.Globalization;
using System.Text.RegularExpressions;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>The checkpoints of a run: the newest few of them, each written whole or not at all.</summary>
/// <param name="folder">Their folder.</param>
/// <param name="keep">How many are kept.</param>
internal sealed partial class CheckpointFolder(string folder, int keep)
{
    private const string Format = "selfsup-checkpoint-2";
    private const string RunPrefix = "run.";
    private const string DamagedEnding = ".damaged";
    private readonly List<string> setAside = [];

    /// <summary>Path of the newest checkpoint, or null.</summary>
    public string? Last { get; private set; } = Find(folder).LastOrDefault();

    /// <summary>Whether there are checkpoints that were set aside, now or before.</summary>
    public bool HasDamaged => Directory.EnumerateFiles(folder, "*" + DamagedEnding).Any();

    /// <summary>What was damaged and is set aside, a sentence each.</summary>
    public IReadOnlyList<string> SetAside => setAside;

    /// <summary>Path of the newest checkpoint of a run's folder, or null.</summary>
    public static string? FindLast(string runFolder) => Find(PathIn(runFolder)).LastOrDefault();

    /// <summary>Where a run's folder has its checkpoints.</summary>
    public static string PathIn(string runFolder) => Path.Combine(runFolder, "checkpoints");

    /// <summary>Writes a checkpoint, then removes the oldest beyond the number kept.</summary>
    /// <param name="step">The step that it is written after.</param>
    /// <param name="state">The run's tensors by name.</param>
    /// <param name="run">What the run is.</param>
    public void Save(long step, IReadOnlyDictionary<string, Tensor> state, RunIdentity run)
    {
        var path = Path.Combine(folder, $"step-{step:D9}.safetensors");
        var metadata = run.ToText().ToDictionary(pair => RunPrefix + pair.Key, pair => pair.Value);
        metadata["format"] = Format;
        metadata["step"] = step.ToString(CultureInfo.InvariantCulture);
        SafetensorsFile.Write(path, state, metadata);
        Last = path;
        foreach (var old in Find(folder).SkipLast(keep))
            TryDelete(old);
    }

    // On Windows one that another program reads cannot be deleted; the next save tries again.
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Opens the newest checkpoint that is sound; damaged ones are set aside.</summary>
    /// <returns>The file, owned by the caller; the step that it was written after; and what the run was, as text.</returns>
    /// <exception cref="InvalidDataException">All checkpoints are damaged, or the newest is not of this library.</exception>
    public (SafetensorsFile File, long Step, IReadOnlyDictionary<string, string> Run) Open()
    {
        var file = OpenNewest();
        if (file.Metadata.GetValueOrDefault("format") != Format)
        {
            file.Dispose();
            throw new InvalidDataException($"{Last} is not a checkpoint of this version of the library.");
        }
        var run = file.Metadata.Where(pair => pair.Key.StartsWith(RunPrefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[RunPrefix.Length..], pair => pair.Value);
        return (file, long.Parse(file.Metadata["step"], CultureInfo.InvariantCulture), run);
    }

    private SafetensorsFile OpenNewest()
    {
        InvalidDataException? damage = null;
        foreach (var path in Find(folder).Reverse())
        {
            try
            {
                var file = SafetensorsFile.Read(path);
                Last = path;
                return file;
            }
            catch (InvalidDataException e)
            {
                damage ??= e;
                // Out of the way of those that count as kept; for inspection.
                File.Move(path, path + DamagedEnding, overwrite: true);
                setAside.Add($"A checkpoint is damaged and set aside as {Path.GetFileName(path)}{DamagedEnding}: {e.Message}");
            }
        }
        throw damage!;
    }

    // By their exact names: a checkpoint that a user has copied under another one is not the run's to remove.
    private static IEnumerable<string> Find(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "step-*.safetensors").Where(path => Name().IsMatch(Path.GetFileName(path))).Order(StringComparer.Ordinal)
        : [];

    [GeneratedRegex(@"^step-\d{9,}\.safetensors$")]
    private static partial Regex Name();
}
