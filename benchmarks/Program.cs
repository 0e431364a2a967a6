// Measures what limits pretraining, in turn with PyTorch where it is installed, and writes a Markdown report.
using System.CommandLine;
using SelfSup;
using SelfSup.Benchmarks;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Runtime;
using SelfSup.Training;
using static TorchSharp.torch;

var only = new Option<string[]>("--only") { Description = "Parts to run [default: those that need neither weights nor much time or room on the disk].", AllowMultipleArgumentsPerToken = true };
var images = new Option<string?>("--images")
{
    Description = "Folder of JPEG photos, which decode, load, jpeg, packed, epoch and few-labels need, the last one with a sub-folder a class.",
};
var python = new Option<string>("--python")
{
    Description = "Python that has PyTorch, torchvision and Pillow.",
    DefaultValueFactory = _ => "/usr/bin/python3",
};
var rounds = new Option<int>("--rounds") { Description = "How often each contender takes its turn.", DefaultValueFactory = _ => 5 };
var cifar10 = new Option<string?>("--cifar10") { Description = "Folder with CIFAR-10's binary files, which recipes, shards and probe need, and which selection, wrong-labels and unlabeled take in place of photos." };
var entries = new Option<int>("--entries") { Description = "How many images the part entries lists.", DefaultValueFactory = _ => 1_000_000 };
var rows = new Option<int>("--rows") { Description = "How many features the parts features, probe and neighbors have.", DefaultValueFactory = _ => 200_000 };
var minutes = new Option<double>("--minutes") { Description = "Time that the part recipes gives every task.", DefaultValueFactory = _ => 5 };
var tasks = new Option<string[]>("--tasks") { Description = "Tasks of the part recipes [default: all of images].", AllowMultipleArgumentsPerToken = true };
var runs = new Option<string>("--runs") { Description = "Folder that keeps what the part recipes has measured.", DefaultValueFactory = _ => "runs/recipes" };
var features = new FeatureParts();
var cuda = new Option<bool>("--cuda") { Description = "Train the parts step and step-views on a CUDA GPU." };
var output = new Option<string?>("--output") { Description = "Markdown file for the report." };
var command = new RootCommand("Measures what limits pretraining.") { only, images, python, rounds, cifar10, entries, rows, minutes, tasks, runs, cuda, output };
foreach (var option in features.Options)
    command.Add(option);
command.SetAction(options =>
{
    TorchRuntime.TuneForTraining();
    using var peer = Peer.Start(options.GetValue(python)!);
    var (folder, count) = (options.GetValue(images), options.GetValue(rounds));
    using var packs = new TemporaryPacks();
    var parts = new Dictionary<string, Func<string>>
    {
        ["decode"] = () => LoaderBenchmark.CompareDecoders(Photos(), peer, count).ToMarkdown(),
        ["load"] = () => LoaderBenchmark.CompareLoaders(Photos(), peer, count).ToMarkdown(),
        ["jpeg"] = () => LoaderBenchmark.CompareWithDecodingAlone(Photos(), count).ToMarkdown(),
        ["packed"] = () => PackedBenchmark.CompareReading(PackPhotos(), count).ToMarkdown(),
        ["epoch"] = () => PackedBenchmark.CompareEpoch(PackPhotos(), count).ToMarkdown(),
        ["step"] = () => Steps("rotation"),
        ["step-views"] = () => Steps("simclr"),
        ["labels"] = () => PseudoLabelBenchmark.Measure(count),
        ["few-labels"] = () => FewLabelBenchmark.Measure(LabeledImageFolder.Open(Photos())),
        ["shards"] = () => ShardBenchmark.CompareReading(Cifar(), count).ToMarkdown(),
        ["shards-epoch"] = () => ShardBenchmark.CompareEpoch(Cifar(), count).ToMarkdown(),
        ["entries"] = () => EntriesBenchmark.Measure(options.GetValue(entries), count),
        ["probe"] = () => EvaluationBenchmark.CompareProbes(Cifar(), options.GetValue(rows)),
        ["neighbors"] = () => EvaluationBenchmark.MeasureNeighbors(options.GetValue(rows)),
        ["recipes"] = () => new RecipeBenchmark(
            Cifar(), options.GetValue(minutes), options.GetValue(runs)!).Measure(options.GetValue(tasks) ?? []),
        ["memory"] = EnduranceBenchmark.MeasureMemory,
        ["growth"] = () => EnduranceBenchmark.MeasureGrowth(source => packs.Pack(source, EnduranceBenchmark.Size)),
    };
    string[] usual = [.. parts.Keys.Except(["recipes", "shards", "shards-epoch", "entries", "probe", "neighbors"])];
    foreach (var (name, measure) in features.Of(options, Photos, options.GetValue(cifar10), options.GetValue(rows)))
        parts.Add(name, measure);
    var chosen = options.GetValue(only) is { Length: > 0 } some ? some : usual;
    if (chosen.FirstOrDefault(part => !parts.ContainsKey(part)) is { } unknown)
        throw new ArgumentException($"'{unknown}' is not a part; the parts are {string.Join(", ", parts.Keys)}.");

    var report = new StringWriter();
    Write($"""
        # Benchmarks

        {Machine.Describe()} Peer: {peer?.Versions ?? "none; PyTorch was not found"}. Contenders in turn, medians of {count} rounds.

        """);
    foreach (var part in chosen)
        Write(parts[part]());
    Write($"Peak resident memory of this process: {Machine.PeakMegabytes():#,0} MB.");
    if (options.GetValue(output) is { } file)
        File.WriteAllText(file, report.ToString());

    string Steps(string task) => string.Concat(
        new[] { "convnet", "resnet18" }.Select(network => StepBenchmark.Compare(task, network, Device(), peer, count).ToMarkdown()));

    Device Device() => Devices.Resolve(options.GetValue(cuda) ? CUDA : CPU);

    string Photos() => folder ?? throw new ArgumentException("Give --images, a folder of JPEG photos, or choose parts by --only.");

    string Cifar() => options.GetValue(cifar10) ?? throw new ArgumentException("Give --cifar10, a folder with CIFAR-10's binary files.");

    PackedImages PackPhotos()
    {
        using var encoder = new ResNet(18, PackedBenchmark.Size);
        return packs.Pack(ImageFolder.Open(Photos()), Pretraining.ReadSizeOf(encoder));
    }

    void Write(string text)
    {
        Console.WriteLine(text);
        report.WriteLine(text);
    }
});
try
{
    return command.Parse(args).Invoke(new() { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is ArgumentException or IOException or InvalidDataException)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 2;
}
