using System.CommandLine;
using SelfSup.Data;
using SelfSup.Distributed;
using SelfSup.Samples;
using SelfSup.Training;

namespace SelfSup.Tool.Verbs;

/// <summary>Trains an encoder on unlabeled images.</summary>
internal sealed class PretrainVerb : Verb
{
    private readonly Option<string?> images = Required(Options.Images("--images", "Unlabeled images: a folder, tar or Parquet files, or a list (.txt, .csv)."));
    private readonly Option<string?> output = Options.OutputFolder("--output", "Run folder for the encoder, metrics, previews and checkpoints.", "runs/pretrain");
    private readonly Option<string?> pack = Options.CacheFile(
        "--pack", "File to keep the decoded images in: packed by the first run, read without decoding by later ones.");
    private readonly Option<string?> knn = Options.Images(
        "--knn", "Labeled images, a folder of one sub-folder a class, tar or Parquet files, or a .csv list, to follow the run by nearest neighbors after every epoch.");
    private readonly TaskOptions task = new();
    private readonly StartOptions start = new("else 96");
    private readonly RunOptions run = new();

    public PretrainVerb()
        : base(
            "pretrain", "Trains an encoder on unlabeled images by one or several pretext tasks.",
            "--images photos --task simclr --output runs/simclr",
            "--images photos --encoder weights.pth --output runs/adapted")
    {
        task.AddTo(Command);
        start.AddTo(Command);
        run.AddTo(Command);
        Take(images, output, pack, knn);
    }

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        var group = MpiGroup.Join();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, group.StopOnSignals());
        var folder = given.GetValue(output)!;
        if (group.Rank == 0)
            RunFolders.Check(folder, run.IsResumed(given), folder);
        else
            Screen.Mute(); // the first rank speaks for all
        var source = await ImageOpener.OpenAsync(given.GetValue(images)!, cancellation);
        var (encoder, taken) = start.Open(given, defaultSize: 96, run.SeedOf(given));
        using var owned = encoder;
        using var teacher = task.OpenTeacher(given, encoder.ImageSize);
        var tasks = task.Create(given, teacher);
        foreach (var weighted in tasks)
            weighted.Task.CheckFits(encoder, source.Frames);
        var monitors = KnnFollower.Of(given.GetValue(knn) is { } labeled ? await ImageOpener.OpenLabeledAsync(labeled, cancellation) : null);
        using var gpus = run.ConnectsGpus(given) ? NcclGroup.Join(group) : null;
        var settings = run.Create(given, tasks, run.DeviceOf(given), folder, monitors, gpus ?? (IProcessGroup)group);

        using var packed = given.GetValue(pack) is { } file
            ? await group.FirstThenOthersAsync(() => Packer.OpenOrPackAsync(
                source, file, Pretraining.ReadSizeOf(encoder, tasks.Select(weighted => weighted.Task), settings.Augmentation), stop.Token))
            : null;
        source = packed ?? source;
        if (taken is not null)
            Screen.Say(taken);
        Screen.Say($"Pretraining {encoder.Architecture} at {encoder.ImageSize} pixels by {string.Join(", ", tasks.Select(TaskOptions.Describe))} on {source.Count:N0} images.");
        if (group.Size > 1)
            Screen.Say($"This is {settings.Group}; all of them share the batches.");
        var result = await Trainer.RunAsync(encoder, tasks, source, settings, stop.Token);
        Screen.Say($"Wrote {result.EncoderFile}. See what its features are worth:");
        Screen.SayCommand($"selfsup probe --encoder {result.EncoderFile} --train LABELED --test LABELED");
        return new
        {
            result.EncoderFile,
            RunFolder = folder,
            result.Steps,
            result.Metrics,
            Warnings = result.Warnings.Select(warning => warning.ToString()),
            Unreadable = result.Failures,
        };
    }
}
