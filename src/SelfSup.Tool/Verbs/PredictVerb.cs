using System.CommandLine;
using System.Globalization;
using SelfSup.Data;
using SelfSup.Samples;

namespace SelfSup.Tool.Verbs;

/// <summary>Labels images by a classifier.</summary>
internal sealed class PredictVerb : Verb
{
    private readonly Argument<string[]> paths = new("path") { Description = "Images, and folders of images at any depth.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> file = Required(Options.ExistingFile(
        "--classifier", "A classifier that selfsup probe --save wrote, or that was exported as .onnx."));
    private readonly Option<int?> top = Options.Whole("--top", "How many classes to name for each image.", 1, 1_000_000, 1);

    public PredictVerb()
        : base(
            "predict", "Labels images by a classifier. Those that cannot be read are named, and left out.",
            "photo.jpg photos --classifier classifier.safetensors --top 3")
    {
        GivenPaths.MustBeThere(paths);
        Command.Add(paths);
        Take(file, top);
    }

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        var (images, leftOut) = GivenPaths.ListImages(given.GetValue(paths)!);
        using var classifier = FileClassifier.Open(given.GetValue(file)!);
        var (answers, failures) = await Screen.TrackAsync(line => Task.Run(() => Ask(classifier, images, line, cancellation), cancellation));
        var named = given.GetValue(top)!.Value;
        foreach (var (image, all) in answers)
            Screen.SayLines($"{image}: {string.Join(", ", all.Take(named).Select(answer => string.Create(CultureInfo.InvariantCulture, $"{answer.Label} {100 * answer.Probability:F1} %")))}");
        ImageFailure[] unreadable = [.. leftOut, .. failures];
        TellUnreadable(unreadable);
        if (answers.Count == 0)
            throw new InvalidDataException($"None of {images.Count:N0} images could be read.");
        return new
        {
            Predictions = answers.Select(answer => new
            {
                answer.Image,
                answer.All[0].Label,
                answer.All[0].Probability,
                Classes = answer.All.Take(named).Select(one => new { one.Label, one.Probability }),
            }),
            Unreadable = unreadable,
        };
    }

    private static (List<(string Image, IReadOnlyList<(string Label, float Probability)> All)> Answers, List<ImageFailure> Failures) Ask(
        FileClassifier classifier, IReadOnlyList<string> images, ProgressLine line, CancellationToken cancellation)
    {
        var (answers, failures) = (new List<(string, IReadOnlyList<(string, float)>)>(), new List<ImageFailure>());
        foreach (var (number, image) in images.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            line.Show("labeling", "labeling", (double)number / images.Count, string.Create(CultureInfo.InvariantCulture, $"{number:N0}/{images.Count:N0}"));
            try
            {
                answers.Add((image, classifier.Predict(image)));
            }
            catch (Exception e) when (e is ImageReadException or IOException or UnauthorizedAccessException)
            {
                failures.Add(new(image, (e.InnerException ?? e).Message)); // the inner one is the reason without the name
            }
        }
        return (answers, failures);
    }
}
