using System.Text.Json.Nodes;
using SelfSup.Data;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>The files of a run: configuration, metrics, checkpoints, previews, the encoder and the report.</summary>
internal sealed class RunFolder : IDisposable
{
    private readonly string folder;
    private readonly RunIdentity run;
    private readonly RunLock runLock;
    private readonly CheckpointFolder checkpoints;
    private readonly List<PretrainingWarning> warnings = [];

    /// <summary>Opens or creates a run's folder, and keeps others from it until disposed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="run">What the run is; a resumed run must be the same.</param>
    /// <param name="options">Whether the run may continue from a checkpoint, and how many are kept.</param>
    /// <exception cref="InvalidOperationException">
    /// Another run is in the folder, there is a checkpoint but no leave to resume, or the folder has files that
    /// the run would replace and that are of no run, or of a finished one.
    /// </exception>
    /// <exception cref="IOException">The folder is a file.</exception>
    public RunFolder(string folder, RunIdentity run, PretrainingOptions options)
    {
        (this.folder, this.run) = (folder, run);
        if (File.Exists(folder))
            throw new IOException($"The run folder {folder} is a file. Choose another.");
        Directory.CreateDirectory(CheckpointFolder.PathIn(folder));
        Directory.CreateDirectory(Path.Combine(folder, "previews"));
        runLock = new RunLock(folder);
        try
        {
            checkpoints = new CheckpointFolder(CheckpointFolder.PathIn(folder), options.KeepCheckpoints);
            if (LastCheckpoint is not null && !options.Resume)
                throw new InvalidOperationException(
                    $"The run folder {folder} holds checkpoints of an earlier run. Resume it, or choose another folder.");
            if (LastCheckpoint is null && checkpoints.HasDamaged)
                throw new InvalidOperationException($"All checkpoints in {folder} are damaged. Start anew in another folder.");
            RankErrors.Clear(folder);
            // A run that was killed before its first checkpoint starts anew.
            if (LastCheckpoint is null)
            {
                OverwriteGuard.Check(folder);
                WriteConfiguration([]);
            }
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
    public string? LastCheckpoint => checkpoints.Last;

    private string ReportPath => Path.Combine(folder, "report.json");

    private string ConfigurationPath => Path.Combine(folder, "configuration.json");

    public string PreviewPath(string name) => Path.Combine(folder, "previews", $"{name}.png");

    /// <summary>Writes a checkpoint.</summary>
    public void SaveCheckpoint(long step, IReadOnlyDictionary<string, Tensor> state) => checkpoints.Save(step, state, run);

    /// <summary>Restores a run's tensors from the newest checkpoint that is sound, and puts on record what differs from before.</summary>
    /// <param name="restore">Copies the checkpoint's tensors into the run's.</param>
    /// <returns>The step that the checkpoint was written after.</returns>
    /// <exception cref="InvalidDataException">All checkpoints are damaged, or the newest is of other networks.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint is of another run.</exception>
    public long LoadCheckpoint(Action<IReadOnlyDictionary<string, Tensor>> restore)
    {
        var (file, step, before) = checkpoints.Open();
        using (file)
        {
            warnings.AddRange(checkpoints.SetAside.Select(message => new PretrainingWarning(0, message)));
            var changes = run.Compare(folder, before);
            try
            {
                restore(file.Tensors);
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"{LastCheckpoint} does not fit this run: {e.Message}", e);
            }
            warnings.AddRange(changes.Select(change => new PretrainingWarning(step, change)));
            if (changes.Count > 0)
                WriteConfiguration([.. ReadResumes(), JsonText.Node(new { Step = step, Changes = changes })]);
            return step;
        }
    }

    /// <summary>Adds a line about a step whose loss was not finite.</summary>
    public void AppendNonFinite(string line) => File.AppendAllLines(Path.Combine(folder, "non-finite.jsonl"), [line]);

    /// <summary>Removes what an earlier end of the run wrote, as the run goes on: who finds it may take the run for ended.</summary>
    public void RemoveReport() => File.Delete(ReportPath);

    /// <summary>Writes what the run ended with.</summary>
    public void SaveReport(PretrainingResult result, IImageSource images) => JsonText.Save(ReportPath, JsonText.Document(new
    {
        result.Steps,
        result.Metrics,
        Warnings = result.Warnings.Select(warning => (object)warning),
        Images = images.Description,
        UnreadableImages = result.Failures.Select(failure => new { failure.Name, failure.Reason }),
    }));

    /// <summary>Lets others into the folder.</summary>
    public void Dispose() => runLock.Dispose();

    private void WriteConfiguration(IEnumerable<JsonNode> resumes)
    {
        var content = run.Decisive.Concat(run.Incidental).ToDictionary();
        content["resumes"] = resumes;
        JsonText.Save(ConfigurationPath, JsonText.Document(content));
    }

    private IEnumerable<JsonNode> ReadResumes() =>
        File.Exists(ConfigurationPath) && JsonNode.Parse(File.ReadAllText(ConfigurationPath))?["resumes"] is JsonArray resumes
            ? resumes.OfType<JsonNode>().Select(node => node.DeepClone())
            : [];
}
