// Tells what a pretrained encoder is worth: a linear probe on labeled images, beside random features, raw pixels and chance.
using System.CommandLine;
using SelfSup;
using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Plots;
using SelfSup.Reports;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Transfer;

TorchRuntime.TuneForTraining();
var encoder = Options.ExistingPath(
    "--encoder", "The encoder: a run's .safetensors, or weights of any origin (.onnx, .pth, .safetensors), or a folder with one of these.");
encoder.Required = true;
var size = Options.Whole("--size", "Side of the images in pixels [default: the file says, else 224].", 16, 4096);
var architecture = Options.Choice("--architecture", "What the weights are of, such as resnet50 [default: the file says or shows it].", EncoderCatalog.Names);
var prefix = new Option<string?>("--prefix") { Description = "Which of several sets of weights, by what precedes their names." };
var zoom = Options.Zoom();
var train = Options.Images("--train", "Labeled training images: a folder of one sub-folder a class, tar or Parquet files, or a .csv list.");
var test = Options.Images("--test", "Labeled test images: a folder of one sub-folder a class, tar or Parquet files, or a .csv list.");
var cifar10 = Options.ExistingFolder("--cifar10", "Folder with CIFAR-10's binary files, in place of --train and --test.");
var classes = new Option<string?>("--classes") { Description = "Only classes whose name starts with this, such as clothes_." };
var unlabeled = Options.Images(
    "--unlabeled", "Images without labels, such as all that there are: they center the features, which helps few labels most.");
var pseudoLabels = new Option<bool>("--pseudo-labels")
{
    Description = "With --unlabeled: guess the labels of these images and learn from them too; for images of these classes alone, about as many of each.",
};
var labels = Options.Whole("--labels", "Training images for the probe, drawn evenly from all classes [default: all].", 2);
var stage = new Option<string?>("--stage") { Description = "Stage to probe [default: the best on held-out training labels]." };
var seed = Options.Whole("--seed", "Decides the draw of labels and the held-out part.", 0, int.MaxValue, 0);
var json = Options.NewFile("--json", "Writes the whole report here.");
var html = Options.NewFile("--report", "Writes the whole report here for people: HTML with all in it, with a map of the test images.");
var transfer = new Option<bool>("--transfer")
{
    Description = "Also judge the features by nearest neighbors and by few labels, five draws of 1 to 96 a class from all training images.",
};
var fineTune = new Option<bool>("--fine-tune")
{
    Description = "As --transfer, and train whole networks with the same labels, from the encoder and from scratch; takes long.",
};
var plot = Options.NewFile("--plot", "As --transfer, and draw accuracy against the number of labels here, as PNG.");
var save = Options.NewFile("--save", "Writes the fitted classifier here.");
var onnx = Options.NewFile("--onnx", "Writes the fitted classifier here as an ONNX model.");
var encoderOnnx = Options.NewFile("--encoder-onnx", "Writes the encoder here as an ONNX model.");

var command = new RootCommand("Probes a pretrained encoder with labeled images.")
{
    encoder, size, architecture, prefix, zoom, train, test, cifar10, classes, labels, unlabeled, pseudoLabels, stage, seed, transfer, fineTune, plot, json, html, save, onnx,
    encoderOnnx,
};

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var (network, taken) = EncoderOpener.Open(options.GetValue(encoder)!, options.GetValue(size), options.GetValue(architecture), options.GetValue(prefix), options.GetValue(zoom));
    using var owned = network;
    if (options.GetValue(stage) is { } asked && FeatureLayer.ListOf(network).All(known => known.Name != asked))
        throw new ArgumentException($"--stage is '{asked}'; it must be one of {string.Join(", ", FeatureLayer.ListOf(network).Select(known => known.Name))}.");
    var (trainSet, testSet) = await OpenImagesAsync(options, cancellation);
    Screen.Say(taken);
    var report = options.GetValue(transfer) || options.GetValue(fineTune) || options.GetValue(plot) is not null
        ? await JudgeInFullAsync(network, trainSet, testSet, options, cancellation)
        : await ProbeAsync(network, trainSet, testSet, options, cancellation);
    UnreadableImages.Tell(report.Failures, "in what --json writes");
    SaveTo(options.GetValue(encoderOnnx), "the encoder as an ONNX model", file => OnnxFile.Export(network, file));
    var (classifierFile, onnxFile) = (options.GetValue(save), options.GetValue(onnx));
    if (classifierFile is null && onnxFile is null)
        return;

    using var classifier = report.CreateClassifier(network);
    if (classifierFile is not null)
    {
        classifier.Save(classifierFile);
        Screen.Say($"Wrote {classifierFile}, the classifier, which ImageClassifier.Load reads.");
    }
    if (onnxFile is not null)
    {
        classifier.ExportOnnx(onnxFile);
        Screen.Say($"Wrote {onnxFile}, the classifier as an ONNX model. Label an image by it:");
        Screen.SayCommand($"dotnet run -c Release --project samples/OnnxPredict -- {onnxFile} IMAGE");
    }
});

async Task<ProbeReport> ProbeAsync(
    Encoder network, ILabeledImageSource trainSet, ILabeledImageSource testSet, ParseResult options, CancellationToken cancellation)
{
    if (options.GetValue(labels) is { } count)
        trainSet = Draw(trainSet, count, options.GetValue(seed)!.Value);
    var settings = new LinearProbeOptions
    {
        Stage = options.GetValue(stage),
        Seed = options.GetValue(seed)!.Value,
        Unlabeled = await OpenUnlabeledAsync(options, cancellation),
        PseudoLabels = options.GetValue(pseudoLabels),
    };
    var report = await Judge.ProbeAsync(network, trainSet, testSet, cancellation, settings);
    Screen.SayLines(report.ToTable());
    SaveTo(options.GetValue(json), "the whole report", report.SaveJson);
    await SaveHtmlAsync(new HtmlReport(TitleOf(network)).AddProbe(report), network, testSet, options, cancellation);
    return report;
}

async Task<ProbeReport> JudgeInFullAsync(
    Encoder network, ILabeledImageSource trainSet, ILabeledImageSource testSet, ParseResult options, CancellationToken cancellation)
{
    var report = await Judge.EvaluateAsync(network, trainSet, testSet, new TransferOptions
    {
        Stage = options.GetValue(stage),
        Seed = options.GetValue(seed)!.Value,
        Labels = options.GetValue(labels),
        Unlabeled = await OpenUnlabeledAsync(options, cancellation),
        PseudoLabels = options.GetValue(pseudoLabels),
        FineTuning = options.GetValue(fineTune) ? new() : null,
    }, cancellation);
    Screen.SayLines(report.ToTable());
    SaveTo(options.GetValue(json), "the whole report", report.SaveJson);
    SaveTo(options.GetValue(plot), "accuracy against labels", file => LabelEfficiencyPlot.SavePng(report, file));
    await SaveHtmlAsync(new HtmlReport(TitleOf(network)).AddTransfer(report), network, testSet, options, cancellation);
    return report.Probe;
}

async Task SaveHtmlAsync(HtmlReport report, Encoder network, ILabeledImageSource testSet, ParseResult options, CancellationToken cancellation)
{
    if (options.GetValue(html) is not { } file)
        return;
    var pooled = FeatureLayer.Find(network, FeatureLayer.PooledName);
    using var features = await Task.Run(() => FeatureExtractor.Extract(network, testSet, [pooled], cancellationToken: cancellation), cancellation);
    report.AddMap(testSet, features, pooled.Name, ImageLabels.Of(testSet), cancellationToken: cancellation).Save(file);
    Screen.Say($"Wrote {file}, the report for people.");
}

static string TitleOf(Encoder network) => $"What {network.Architecture} at {network.ImageSize} pixels is worth";

async Task<IImageSource?> OpenUnlabeledAsync(ParseResult options, CancellationToken cancellation) =>
    (options.GetValue(unlabeled), options.GetValue(pseudoLabels)) switch
    {
        ({ } place, _) => await ImageOpener.OpenAsync(place, cancellation),
        (null, true) => throw new ArgumentException("--pseudo-labels guesses the labels of unlabeled images; give --unlabeled too."),
        _ => null,
    };

static void SaveTo(string? file, string what, Action<string> save)
{
    if (file is null)
        return;
    save(file);
    Screen.Say($"Wrote {file}, {what}.");
}

static ILabeledImageSource Draw(ILabeledImageSource images, int count, int seed) =>
    count > images.Count
        ? throw new ArgumentException($"--labels is {count:N0}; there are {images.Count:N0} training images. Give at most as many, or leave it out to use all.")
        : LabeledSubset.Stratified(images, count, seed);

async Task<(ILabeledImageSource Train, ILabeledImageSource Test)> OpenImagesAsync(ParseResult options, CancellationToken cancellation) =>
    (options.GetValue(train), options.GetValue(test), options.GetValue(cifar10)) switch
    {
        ({ } trainPlace, { } testPlace, null) => (await OpenLabeledAsync(trainPlace, options, cancellation), await OpenLabeledAsync(testPlace, options, cancellation)),
        (null, null, { } folder) => (Cifar10.OpenTrain(folder), Cifar10.OpenTest(folder)),
        (_, _, { }) => throw new ArgumentException("--cifar10 has training and test images; leave --train and --test out."),
        _ => throw new ArgumentException("The labeled images are missing; give both --train and --test, or --cifar10."),
    };

async Task<ILabeledImageSource> OpenLabeledAsync(string place, ParseResult options, CancellationToken cancellation)
{
    var images = await ImageOpener.OpenLabeledAsync(place, cancellation);
    if (options.GetValue(classes) is not { } prefix)
        return images;
    var kept = images.ClassNames.Count(IsKept);
    return kept >= 2
        ? LabeledImages.OfClasses(images, IsKept)
        : throw new ArgumentException(
            $"--classes is '{prefix}', and {kept} of the classes in {place} start with it; two are needed. There are {string.Join(", ", images.ClassNames)}.");

    bool IsKept(string name) => name.StartsWith(prefix, StringComparison.Ordinal);
}
