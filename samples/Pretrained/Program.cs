// From labeled folders to a classifier, starting from ImageNet's ResNet-18, which comes with the build.
using System.CommandLine;
using SelfSup;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Transfer;

TorchRuntime.TuneForTraining();
var labeled = Options.ExistingFolder("--labeled", "Labeled images: a folder of one sub-folder a class.");
labeled.Required = true;
var test = Options.ExistingFolder("--test", "Other labeled images, to count the classifier's right answers on.");
var size = Options.Whole("--size", "Side of the images in pixels; smaller is faster and answers worse.", 32, 512, 224);
var fineTune = new Option<bool>("--fine-tune") { Description = "Train the whole network and not its last layer alone: better, and much slower." };
var zoom = Options.Zoom();
var save = Options.NewFile("--save", "Writes the classifier here.");
var onnx = Options.NewFile("--onnx", "Writes the classifier here as an ONNX model.");
var command = new RootCommand("Makes a classifier of ImageNet's ResNet-18 and a few labels.") { labeled, test, size, zoom, fineTune, save, onnx };

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var images = LabeledImageFolder.Open(options.GetValue(labeled)!);
    // As ResNet-18, which leaves out the last block of the package's: what it knows is closer to ImageNet's classes than to others.
    var weights = EncoderFile.LoadPretrained(
        Path.Combine(AppContext.BaseDirectory, "ResNet18"), out var loaded, options.GetValue(size), "resnet18");
    using var encoder = options.GetValue(zoom) ? new CenterZoom(weights) : weights;
    Screen.Say($"{loaded}");
    using var classifier = await Screen.TrackAsync(line => Task.Run(
        () => options.GetValue(fineTune)
            ? FineTuner.Fit(encoder, images, progress: new ProbingProgress(line), cancellationToken: cancellation)
            : LinearProbe.Fit(encoder, images, progress: new ProbingProgress(line), cancellationToken: cancellation), cancellation));
    Screen.Say($"Learned {classifier.ClassNames.Count} classes from {images.Count:N0} images.");
    if (options.GetValue(test) is { } folder)
        Screen.Say(Test(classifier, LabeledImageFolder.Open(folder)));
    if (options.GetValue(save) is { } file)
    {
        classifier.Save(file);
        Screen.Say($"Wrote {file}, which ImageClassifier.Load reads.");
    }
    if (options.GetValue(onnx) is { } model)
    {
        classifier.ExportOnnx(model);
        Screen.Say($"Wrote {model}. Label an image by it:");
        Screen.SayCommand($"dotnet run -c Release --project samples/OnnxPredict -- {model} IMAGE");
    }
});

static string Test(ImageClassifier classifier, LabeledImageFolder images)
{
    var right = Enumerable.Range(0, images.Count)
        .Count(i => classifier.Predict(Path.Combine(images.Path, images.NameOf(i))).Label == images.ClassNames[images.LabelOf(i)]);
    return FormattableString.Invariant($"{100.0 * right / images.Count:0.0} % of {images.Count:N0} test images are told right.");
}
