using System.Globalization;
using System.Text.Json;
using SelfSup.Data;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>The files of a run: configuration, metrics, checkpoints, previews, the encoder and the report.</summary>
internal sealed class RunFolder : IDisposable
{
    private const string Format = "selfsup-checkpoint-1";
    private const int EAgainLinux = 11;
    private const int EAgainMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020); // Windows
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly string folder;
    private readonly IReadOnlyDictionary<string, string> configuration;
    private readonly int keep;
    private readonly FileStream runLock;
    private readonly List<PretrainingWarning> warnings = [];

    /// <summary>Opens or creates a run's folder, and keeps others from it until disposed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="configuration">What a resumed run must agree on.</param>
    /// <param name="images">The images, for the record.</param>
    /// <param name="options">Whether the run may continue from a checkpoint, and how many are kept.</param>
    /// <exception cref="InvalidOperationException">
    /// Another run is in the folder, there is a checkpoint but no leave to resume, or there is nothing to resume.
    /// </exception>
    public RunFolder(string folder, IReadOnlyDictionary<string, string> configuration, IImageSource images, PretrainingOptions options)
    {
        (this.folder, this.configuration, keep) = (folder, configuration, options.KeepCheckpoints);
        var configurationFile = Path.Combine(folder, "configuration.json");
        var isNew = !File.Exists(configurationFile);
        Directory.CreateDirectory(Path.Combine(folder, "checkpoints"));
        Directory.CreateDirectory(Path.Combine(folder, "previews"));
        runLock = Lock(folder);
        try
        {
            LastCheckpoint = FindLastCheckpoint(folder);
            if (LastCheckpoint is not null && !options.Resume)
                throw new InvalidOperationException(
                    $"The run folder {folder} holds checkpoints of an earlier run. Resume it, or choose another folder.");
            if (isNew && options.Resume)
                throw new InvalidOperationException($"There is nothing to resume: {folder} holds no run.");
            // A run that was killed before its first checkpoint starts anew.
            if (LastCheckpoint is null)
                WriteJson(configurationFile, configuration.Concat(RunEnvironment.Describe(images)).ToDictionary());
        }
        catch
        {
            runLock.Dispose();
            throw;
        }
    }

    /// <summary>What a user should know of the folder's state.</summary>
    public IReadOnlyList<PretrainingWarning> Warnings => warnings;

    public string MetricsPath => Path.Combine(folder, "metrics.jsonl");

    public string EncoderPath => Path.Combine(folder, "encoder.safetensors");

    /// <summary>Path of the newest checkpoint, or null.</summary>
    public string? LastCheckpoint { get; private set; }

    /// <summary>Path of the newest checkpoint in a run's folder, or null.</summary>
    public static string? FindLastCheckpoint(string folder) => CheckpointsIn(folder).LastOrDefault();

    public string PreviewPath(string name) => Path.Combine(folder, "previews", $"{name}.png");

    /// <summary>Writes a checkpoint atomically, then removes the oldest beyond the number kept.</summary>
    public void SaveCheckpoint(long step, IReadOnlyDictionary<string, Tensor> state)
    {
        var path = Path.Combine(folder, "checkpoints", $"step-{step:D9}.safetensors");
        var metadata = configuration.ToDictionary(pair => "run." + pair.Key, pair => pair.Value);
        metadata["format"] = Format;
        metadata["threads"] = RunEnvironment.Threads;
        metadata["step"] = step.ToString(CultureInfo.InvariantCulture);
        SafetensorsFile.Write(path, state, metadata);
        LastCheckpoint = path;
        foreach (var old in CheckpointsIn(folder).SkipLast(keep))
            File.Delete(old);
    }

    /// <summary>Copies the newest checkpoint that is sound into a run's tensors; damaged ones are set aside with a warning.</summary>
    /// <param name="state">The run's tensors by name; overwritten in place.</param>
    /// <returns>The step that the checkpoint was written after.</returns>
    /// <exception cref="InvalidDataException">All checkpoints are damaged, or the newest is of other networks.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint is of a run with another configuration.</exception>
    public long LoadCheckpoint(IReadOnlyDictionary<string, Tensor> state)
    {
        using var file = OpenCheckpoint();
        var path = LastCheckpoint!;
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
        var step = long.Parse(file.Metadata["step"], CultureInfo.InvariantCulture);
        if (file.Metadata.GetValueOrDefault("threads") is { } threads && threads != RunEnvironment.Threads)
        {
            warnings.Add(new(step, $"The run goes on with {RunEnvironment.Threads} threads after {threads}. Sums are taken in another order, "
                + "so the results are not the same to the last bit as with one number of threads throughout."));
        }
        return step;
    }

    /// <summary>Adds a line about a step whose loss was not finite.</summary>
    public void AppendNonFinite(string line) => File.AppendAllLines(Path.Combine(folder, "non-finite.jsonl"), [line]);

    /// <summary>Writes what the run ended with.</summary>
    public void SaveReport(PretrainingResult result, IImageSource images) => WriteJson(Path.Combine(folder, "report.json"), new
    {
        result.Steps,
        result.Metrics,
        Warnings = result.Warnings.Select(warning => (object)warning),
        Images = images.Description,
        UnreadableImages = result.Failures.Select(failure => new { failure.Name, failure.Reason }),
    });

    /// <summary>Lets others into the folder.</summary>
    public void Dispose() => runLock.Dispose();

    private SafetensorsFile OpenCheckpoint()
    {
        InvalidDataException? damage = null;
        foreach (var path in CheckpointsIn(folder).Reverse())
        {
            try
            {
                var file = SafetensorsFile.Read(path);
                LastCheckpoint = path;
                return file;
            }
            catch (InvalidDataException e)
            {
                damage ??= e;
                // Out of the way of those that count as kept; for inspection.
                File.Move(path, path + ".damaged", overwrite: true);
                warnings.Add(new(0, $"A checkpoint is damaged and set aside as {Path.GetFileName(path)}.damaged: {e.Message}"));
            }
        }
        throw damage!;
    }

    // The lock is the process's, so it ends with it however it ends; the file stays.
    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is EAgainLinux or EAgainMac or SharingViolation)
        {
            throw new InvalidOperationException($"Another run is at work in {folder}. Wait for it, or choose another folder.", e);
        }
    }

    private static void WriteJson(string path, object content)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(content, Indented);
        AtomicFile.Write(path, stream => stream.Write(text));
    }

    private static IEnumerable<string> CheckpointsIn(string folder)
    {
        var checkpoints = Path.Combine(folder, "checkpoints");
        return Directory.Exists(checkpoints)
            ? Directory.EnumerateFiles(checkpoints, "step-*.safetensors").Order(StringComparer.Ordinal)
            : [];
    }
}
