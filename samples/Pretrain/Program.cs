// Pretrains an encoder on unlabeled images by one or several pretext tasks.
using System.CommandLine;
using SelfSup;
using SelfSup.Data;
using SelfSup.Distributed;
using SelfSup.Reports;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Training;

const string reportName = "report.html";

TorchRuntime.TuneForTraining();
var task = new TaskOptions();
var images = Options.Images("--images", "A folder of images, at any depth, tar or Parquet files such as part-{0000..0099}.tar, or a list (.txt, .csv).");
var cifar10 = Options.ExistingFolder("--cifar10", "Folder with CIFAR-10's binary files.");
var idx = Options.ExistingFile("--idx", "IDX file of images (MNIST, Fashion-MNIST), plain or .gz.");
var pack = Options.CacheFile("--pack", "File to keep the decoded images in: packed by the first run, read without decoding by later ones.");
var start = new StartOptions("32 for CIFAR-10 and IDX, else 96");
var run = new RunOptions();
var output = Options.OutputFolder("--output", "Run folder for the encoder, report, metrics, previews and checkpoints.", "runs/pretrain");
var knn = Options.Images(
    "--knn", "Labeled images to follow the run by, with nearest neighbors after every epoch: a folder of one sub-folder a class, tar or Parquet files, a .csv list, or CIFAR-10's folder.");

var command = new RootCommand("Pretrains an encoder on unlabeled images.") { images, cifar10, idx, pack, output, knn };
task.AddTo(command);
start.AddTo(command);
run.AddTo(command);

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var group = MpiGroup.Join();
    using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, group.StopOnSignals());
    var folder = options.GetValue(output)!;
    if (group.Rank == 0)
    {
        RunFolders.Check(folder, run.IsResumed(options), folder);
        RunFolders.CheckBeside(folder, reportName);
    }
    else
    {
        Screen.Mute(); // the first rank speaks for all
    }
    var source = await OpenImagesAsync(options, cancellation);
    var (network, taken) = start.Open(
        options, options.GetValue(images) is null ? 32 : 96, run.SeedOf(options), options.GetValue(cifar10) is null ? Normalization.ImageNet : Normalization.Cifar10);
    using var owned = network;
    using var teacher = task.OpenTeacher(options, network.ImageSize);
    var tasks = task.Create(options, teacher);
    foreach (var weighted in tasks)
        weighted.Task.CheckFits(network, source.Frames);
    var monitors = KnnFollower.Of(options.GetValue(knn) is { } labeled ? await OpenLabeledAsync(labeled, cancellation) : null);
    using var gpus = run.ConnectsGpus(options) ? NcclGroup.Join(group) : null;
    var settings = run.Create(options, tasks, run.DeviceOf(options), folder, monitors, gpus ?? (IProcessGroup)group);

    using var packed = options.GetValue(pack) is { } file
        ? await group.FirstThenOthersAsync(() => Packer.OpenOrPackAsync(
            source, file, Pretraining.ReadSizeOf(network, tasks.Select(weighted => weighted.Task), settings.Augmentation), stop.Token))
        : null;
    source = packed ?? source;
    if (taken is not null)
        Screen.Say(taken);
    Screen.Say($"Pretraining {network.Architecture} at {network.ImageSize} pixels by {string.Join(", ", tasks.Select(TaskOptions.Describe))} on {source.Count:N0} images.");
    Screen.Say($"Images: {source.Description}.");
    if (group.Size > 1)
        Screen.Say($"This is {settings.Group}; all of them share the batches.");
    var result = await Trainer.RunAsync(network, tasks, source, settings, stop.Token);
    if (group.Rank == 0)
        new HtmlReport($"Pretraining by {string.Join(", ", tasks.Select(TaskOptions.Describe))}").AddRun(folder).Save(Path.Combine(folder, reportName));
    Screen.Say($"Wrote {result.EncoderFile}. The report, {reportName}, previews, metrics.jsonl and checkpoints are in {folder}.");
    Screen.Say("See what the features are worth:");
    var judges = options.GetValue(cifar10) is { } cifar ? $"--cifar10 {cifar}" : "--train LABELED --test LABELED";
    Screen.SayCommand($"dotnet run -c Release --project samples/Probe -- --encoder {result.EncoderFile} {judges}");
});

async Task<IImageSource> OpenImagesAsync(ParseResult options, CancellationToken cancellation) => (options.GetValue(images), options.GetValue(cifar10), options.GetValue(idx)) switch
{
    ({ } place, null, null) => await ImageOpener.OpenAsync(place, cancellation),
    (null, { } folder, null) => Cifar10.OpenTrain(folder),
    (null, null, { } file) => IdxImages.Open(file),
    (null, null, null) => throw new ArgumentException("There are no images to learn from; give one of --images, --cifar10 and --idx."),
    _ => throw new ArgumentException("Give only one of --images, --cifar10 and --idx."),
};

static async Task<ILabeledImageSource> OpenLabeledAsync(string place, CancellationToken cancellation) =>
    File.Exists(Path.Combine(place, "test_batch.bin")) ? Cifar10.OpenTrain(place) : await ImageOpener.OpenLabeledAsync(place, cancellation);
