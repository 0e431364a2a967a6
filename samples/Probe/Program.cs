// Tells what a pretrained encoder is worth: a linear probe on labeled images, beside random features, raw pixels and chance.
using System.CommandLine;
using SelfSup;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Plots;
using SelfSup.Samples;
using SelfSup.Transfer;

var encoder = new Option<string>("--encoder")
{
    Description = "Encoder file (.safetensors), or with --architecture any file of weights, such as a checkpoint of PyTorch.",
    Required = true,
};
var architecture = new Option<string?>("--architecture") { Description = "What the weights are of, such as resnet50 [default: the file says]." };
var imageSize = new Option<int>("--image-size") { Description = "With --architecture: side of its images.", DefaultValueFactory = _ => 224 };
var prefix = new Option<string?>("--prefix") { Description = "With --architecture: which of several sets of weights, by what precedes their names." };
var train = new Option<string?>("--train") { Description = "Labeled training images: a folder of one sub-folder a class." };
var test = new Option<string?>("--test") { Description = "Labeled test images: a folder of one sub-folder a class." };
var cifar10 = new Option<string?>("--cifar10") { Description = "Folder with CIFAR-10's binary files, in place of --train and --test." };
var classes = new Option<string?>("--classes") { Description = "Only classes whose name starts with this, such as clothes_." };
var labels = new Option<int?>("--labels") { Description = "Training images for the probe, drawn evenly from all classes [default: all]." };
var stage = new Option<string?>("--stage") { Description = "Stage to probe [default: the best on held-out training labels]." };
var seed = new Option<int>("--seed") { Description = "Decides the draw of labels and the held-out part.", DefaultValueFactory = _ => 0 };
var json = new Option<string?>("--json") { Description = "Writes the whole report here." };
var transfer = new Option<bool>("--transfer")
{
    Description = "Also judge the features by nearest neighbors and by few labels, five draws of 1 to 96 a class from all training images.",
};
var fineTune = new Option<bool>("--fine-tune")
{
    Description = "As --transfer, and train whole networks with the same labels, from the encoder and from scratch; takes long.",
};
var plot = new Option<string?>("--plot") { Description = "As --transfer, and draw accuracy against the number of labels here, as PNG." };
var save = new Option<string?>("--save") { Description = "Writes the fitted classifier here." };
var onnx = new Option<string?>("--onnx") { Description = "Writes the fitted classifier here as an ONNX model." };

var command = new RootCommand("Probes a pretrained encoder with labeled images.")
{
    encoder, architecture, imageSize, prefix, train, test, cifar10, classes, labels, stage, seed, transfer, fineTune, plot, json, save, onnx,
};

return await SampleProgram.RunAsync(command, args, (options, cancellation) =>
{
    using var network = OpenEncoder(options);
    var (trainSet, testSet) = OpenImages(options);
    var report = options.GetValue(transfer) || options.GetValue(fineTune) || options.GetValue(plot) is not null
        ? JudgeInFull(network, trainSet, testSet, options, cancellation)
        : Probe(network, trainSet, testSet, options, cancellation);
    var (classifierFile, onnxFile) = (options.GetValue(save), options.GetValue(onnx));
    if (classifierFile is null && onnxFile is null)
        return Task.CompletedTask;

    using var classifier = report.CreateClassifier(network);
    if (classifierFile is not null)
        classifier.Save(classifierFile);
    if (onnxFile is not null)
        classifier.ExportOnnx(onnxFile);
    Console.WriteLine($"Wrote the classifier to {string.Join(" and ", new[] { classifierFile, onnxFile }.OfType<string>())}.");
    return Task.CompletedTask;
});

Encoder OpenEncoder(ParseResult options)
{
    var path = options.GetValue(encoder)!;
    if (options.GetValue(architecture) is not { } name)
        return EncoderFile.Load(path);
    var network = EncoderCatalog.Create(name, options.GetValue(imageSize));
    Console.WriteLine(EncoderFile.LoadWeights(network, path, options.GetValue(prefix)));
    return network;
}

ProbeReport Probe(
    Encoder network, ILabeledImageSource trainSet, ILabeledImageSource testSet, ParseResult options, CancellationToken cancellation)
{
    if (options.GetValue(labels) is { } count)
        trainSet = LabeledSubset.Stratified(trainSet, count, options.GetValue(seed));
    var settings = new LinearProbeOptions { Stage = options.GetValue(stage), Seed = options.GetValue(seed) };
    var report = LinearProbe.Evaluate(network, trainSet, testSet, settings, new ProbeLine(), cancellation);
    Console.WriteLine(report.ToTable());
    if (options.GetValue(json) is { } file)
        report.SaveJson(file);
    return report;
}

ProbeReport JudgeInFull(
    Encoder network, ILabeledImageSource trainSet, ILabeledImageSource testSet, ParseResult options, CancellationToken cancellation)
{
    var settings = new TransferOptions
    {
        Stage = options.GetValue(stage),
        Seed = options.GetValue(seed),
        Labels = options.GetValue(labels),
        FineTuning = options.GetValue(fineTune) ? new() : null,
    };
    var report = TransferReport.Evaluate(network, trainSet, testSet, settings, new ProbeLine(), cancellation);
    Console.WriteLine(report.ToTable());
    if (options.GetValue(json) is { } file)
        report.SaveJson(file);
    if (options.GetValue(plot) is { } picture)
        LabelEfficiencyPlot.SavePng(report, picture);
    return report.Probe;
}

(ILabeledImageSource Train, ILabeledImageSource Test) OpenImages(ParseResult options) =>
    (options.GetValue(train), options.GetValue(test), options.GetValue(cifar10)) switch
    {
        ({ } trainFolder, { } testFolder, null) => (OpenFolder(trainFolder, options), OpenFolder(testFolder, options)),
        (null, null, { } folder) => (Cifar10.OpenTrain(folder), Cifar10.OpenTest(folder)),
        _ => throw new ArgumentException("Give --train and --test, or --cifar10."),
    };

ILabeledImageSource OpenFolder(string folder, ParseResult options)
{
    ILabeledImageSource images = LabeledImageFolder.Open(folder);
    return options.GetValue(classes) is { } prefix
        ? LabeledImages.OfClasses(images, name => name.StartsWith(prefix, StringComparison.Ordinal))
        : images;
}
