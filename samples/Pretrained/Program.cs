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
    var tests = options.GetValue(test) is { } folder ? LabeledImageFolder.Open(folder) : null;
    if (tests?.ClassNames.Except(images.ClassNames).FirstOrDefault() is { } unknown)
        throw new ArgumentException($"--test has images of the class '{unknown}', which --labeled lacks.");
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
    UnreadableImages.Tell(images.Failures);
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
    if (tests is null)
        return;
    var (right, unread) = await Screen.TrackAsync(line => Task.Run(() => Test(classifier, tests, line, cancellation), cancellation));
    UnreadableImages.Tell([.. tests.Failures, .. unread]);
    var read = tests.Count - unread.Count;
    Screen.Say(FormattableString.Invariant($"{100.0 * right / Math.Max(1, read):0.0} % of {read:N0} test images are told right."));
});

static (int Right, List<ImageFailure> Unread) Test(ImageClassifier classifier, LabeledImageFolder images, ProgressLine line, CancellationToken cancellation)
{
    var (right, unread) = (0, new List<ImageFailure>());
    for (var i = 0; i < images.Count; i++)
    {
        cancellation.ThrowIfCancellationRequested();
        line.Show("testing", "testing", (double)i / images.Count, FormattableString.Invariant($"{i:N0}/{images.Count:N0}"));
        try
        {
            if (classifier.Predict(images.FileOf(i)!).Label == images.ClassNames[images.LabelOf(i)])
                right++;
        }
        catch (Exception e) when (e is ImageReadException or IOException or UnauthorizedAccessException)
        {
            unread.Add(new(images.NameOf(i), (e.InnerException ?? e).Message));
        }
    }
    return (right, unread);
}
