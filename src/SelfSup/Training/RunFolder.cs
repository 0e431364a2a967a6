using System.Text.Json;
using SelfSup.Data;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>The files of a run: configuration, metrics, checkpoints, previews, the encoder and the report.</summary>
internal sealed class RunFolder
{
    private const string Format = "selfsup-checkpoint-1";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly string folder;
    private readonly IReadOnlyDictionary<string, string> configuration;
    private readonly int keep;

    /// <summary>Opens or creates a run's folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="configuration">What a resumed run must agree on.</param>
    /// <param name="resume">Whether the run may continue from a checkpoint.</param>
    /// <param name="keep">Checkpoints that are kept.</param>
    /// <exception cref="InvalidOperationException">There is a checkpoint but no leave to resume, or the other way round.</exception>
    public RunFolder(string folder, IReadOnlyDictionary<string, string> configuration, bool resume, int keep)
    {
        (this.folder, this.configuration, this.keep) = (folder, configuration, keep);
        Directory.CreateDirectory(Path.Combine(folder, "checkpoints"));
        Directory.CreateDirectory(Path.Combine(folder, "previews"));
        LastCheckpoint = FindLastCheckpoint(folder);
        if (LastCheckpoint is not null && !resume)
            throw new InvalidOperationException(
                $"The run folder {folder} holds checkpoints of an earlier run. Resume it, or choose another folder.");
        if (LastCheckpoint is null && resume)
            throw new InvalidOperationException($"There is nothing to resume: {folder} holds no checkpoint.");
        if (!resume)
            File.WriteAllText(Path.Combine(folder, "configuration.json"), JsonSerializer.Serialize(configuration, Indented));
    }

    public string MetricsPath => Path.Combine(folder, "metrics.jsonl");

    public string EncoderPath => Path.Combine(folder, "encoder.safetensors");

    /// <summary>Path of the newest checkpoint, or null.</summary>
    public string? LastCheckpoint { get; private set; }

    /// <summary>Path of the newest checkpoint in a run's folder, or null.</summary>
    public static string? FindLastCheckpoint(string folder) => CheckpointsIn(folder).LastOrDefault();

    public string PreviewPath(string task) => Path.Combine(folder, "previews", $"{task}.png");

    /// <summary>Writes a checkpoint atomically, then removes the oldest beyond the number kept.</summary>
    public void SaveCheckpoint(long step, IReadOnlyDictionary<string, Tensor> state)
    {
        var path = Path.Combine(folder, "checkpoints", $"step-{step:D9}.safetensors");
        var metadata = configuration.ToDictionary(pair => "run." + pair.Key, pair => pair.Value);
        metadata["format"] = Format;
        metadata["step"] = step.ToString(System.Globalization.CultureInfo.InvariantCulture);
        SafetensorsFile.Write(path, state, metadata);
        LastCheckpoint = path;
        foreach (var old in CheckpointsIn(folder).SkipLast(keep))
            File.Delete(old);
    }

    /// <summary>Copies the newest checkpoint into a run's tensors.</summary>
    /// <param name="state">The run's tensors by name; overwritten in place.</param>
    /// <returns>The step that the checkpoint was written after.</returns>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint is of a run with another configuration.</exception>
    public long LoadCheckpoint(IReadOnlyDictionary<string, Tensor> state)
    {
        var path = LastCheckpoint!;
        using var file = SafetensorsFile.Read(path);
        if (file.Metadata.GetValueOrDefault("format") != Format)
            throw new InvalidDataException($"{path} is not a checkpoint of this library.");
        foreach (var (option, value) in configuration)
        {
            var before = file.Metadata.GetValueOrDefault("run." + option);
            if (before != value)
                throw new InvalidOperationException(
                    $"The run in {folder} was started with {option} = {before}, not {value}. Resume with the same settings.");
        }
        try
        {
            ModuleState.Copy(file.Tensors, state);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path} does not fit this run: {e.Message}", e);
        }
        return long.Parse(file.Metadata["step"], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Writes what the run ended with.</summary>
    public void SaveReport(PretrainingResult result, IImageSource images) =>
        File.WriteAllText(Path.Combine(folder, "report.json"), JsonSerializer.Serialize(
            new
            {
                result.Steps,
                result.Metrics,
                result.Warnings,
                Images = images.Description,
                UnreadableImages = result.Failures.Select(failure => new { failure.Name, failure.Reason }),
            },
            Indented));

    private static IEnumerable<string> CheckpointsIn(string folder)
    {
        var checkpoints = Path.Combine(folder, "checkpoints");
        return Directory.Exists(checkpoints)
            ? Directory.EnumerateFiles(checkpoints, "step-*.safetensors").Order(StringComparer.Ordinal)
            : [];
    }
}
