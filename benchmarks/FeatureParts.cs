using System.CommandLine;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;

namespace SelfSup.Benchmarks;

/// <summary>The parts that tell what choosing images, finding copies, doubting labels and images without labels are worth by an encoder's features.</summary>
internal sealed class FeatureParts
{
    private const int ChosenFrom = 3000;
    private const int TestedOn = 2000;

    private readonly Option<string?> encoder = new("--encoder") { Description = "Weights for the parts selection, copies, unlabeled, adaptation and wrong-labels, of any origin." };
    private readonly Option<string?> architecture = new("--architecture") { Description = "What these weights are taken as, such as resnet18, which leaves out blocks beyond it [default: what the file shows]." };
    private readonly Option<int> size = new("--size") { Description = "Side of the images for these weights in pixels.", DefaultValueFactory = _ => 168 };
    private readonly Option<bool> zoom = new("--zoom") { Description = "These weights see the middle of every image too." };
    private readonly Option<string?> test = new("--test") { Description = "Folder of test photos, which selection, unlabeled and adaptation need, as --images." };
    private readonly Option<string> classes = new("--classes") { Description = "Only classes whose name starts with this; adaptation takes several, parted by commas.", DefaultValueFactory = _ => "" };

    /// <summary>The options of these parts alone.</summary>
    public IEnumerable<Option> Options => [encoder, architecture, size, zoom, test, classes];

    /// <summary>The parts by name.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="photos">Where the photos are; throws where they are missing.</param>
    /// <param name="cifar10">Folder of CIFAR-10, which takes the place of photos; null for photos.</param>
    /// <param name="rows">How many features the part features has.</param>
    public Dictionary<string, Func<string>> Of(ParseResult given, Func<string> photos, string? cifar10, int rows) => new()
    {
        ["selection"] = () => With(given, network => SelectionBenchmark.Measure(network, OpenTrain(given, photos, cifar10), OpenTest(given, cifar10))),
        ["copies"] = () => With(given, network => CopiesBenchmark.Measure(network, ImageFolder.Open(photos()))),
        ["unlabeled"] = () => With(given, network => UnlabeledBenchmark.Measure(network, OpenTrain(given, photos, cifar10), OpenTest(given, cifar10))),
        ["adaptation"] = () => With(given, network => AdaptationBenchmark.Measure(network, ImageFolder.Open(photos()), [.. given.GetValue(classes)!.Split(',').Select(start =>
            (Keep(TrainingImages(photos, null), start), Keep(TestImages(given, null), start)))])),
        ["wrong-labels"] = () => With(given, network => WrongLabelsBenchmark.Measure(network, OpenTrain(given, photos, cifar10))),
        ["features"] = () => ManyFeaturesBenchmark.Measure(rows),
    };

    private string With(ParseResult given, Func<Encoder, string> measure)
    {
        var file = given.GetValue(encoder) ?? throw new ArgumentException("Give --encoder, a file of weights.");
        var weights = EncoderFile.LoadPretrained(file, given.GetValue(size), given.GetValue(architecture));
        using var network = given.GetValue(zoom) ? new CenterZoom(weights) : weights;
        return measure(network);
    }

    private ILabeledImageSource OpenTrain(ParseResult given, Func<string> photos, string? cifar10) => Keep(TrainingImages(photos, cifar10), given.GetValue(classes)!);

    private ILabeledImageSource OpenTest(ParseResult given, string? cifar10) => Keep(TestImages(given, cifar10), given.GetValue(classes)!);

    private static ILabeledImageSource TrainingImages(Func<string> photos, string? cifar10) => cifar10 is null
        ? LabeledImageFolder.Open(photos())
        : LabeledSubset.Stratified(Cifar10.OpenTrain(cifar10), ChosenFrom, seed: 0);

    private ILabeledImageSource TestImages(ParseResult given, string? cifar10) => cifar10 is null
        ? LabeledImageFolder.Open(given.GetValue(test) ?? throw new ArgumentException("Give --test, a folder of test photos with a sub-folder a class."))
        : LabeledSubset.Stratified(Cifar10.OpenTest(cifar10), TestedOn, seed: 0);

    private static ILabeledImageSource Keep(ILabeledImageSource images, string start) => start.Length == 0
        ? images
        : LabeledImages.OfClasses(images, name => name.StartsWith(start, StringComparison.Ordinal));
}
