// Trains a generative adversarial network and draws images that it makes. Needs no data: without any it draws its own.
using System.CommandLine;
using System.Globalization;
using SelfSup;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Previews;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

const int judged = 256, columns = 8, shown = 64;
const string samplesName = "samples.png";

TorchRuntime.TuneForTraining();
var task = Options.Choice("--task", "dcgan or bigan.", ["dcgan", "bigan"], "dcgan");
var images = Options.ExistingFolder("--images", "Folder of images, at any depth [default: drawn scenes].");
var cifar10 = Options.ExistingFolder("--cifar10", "Folder with CIFAR-10's binary files.");
var encoder = Options.Choice("--encoder", $"Architecture of the discriminator's trunk: {string.Join(", ", EncoderCatalog.Names)}.", EncoderCatalog.Names, "convnet");
var size = Options.Whole("--size", "Side of the images in pixels.", 16, 1024, 32);
var epochs = Options.Whole("--epochs", "Passes over the images [default: 10, or as many as make 2,000 steps].", 1, 1_000_000);
var batch = Options.Whole("--batch", "Images a step.", 2, 65_536, 32);
var seed = Options.Whole("--seed", "Same seed, same result.", 0, int.MaxValue, 0);
var output = Options.OutputFolder("--output", $"Run folder, which also receives {samplesName}.", "runs/generate");
var resume = new Option<bool>("--resume") { Description = "Go on from the last checkpoint in --output." };
var command = new RootCommand("Trains a GAN and draws images that it makes.") { task, images, cifar10, encoder, size, epochs, batch, seed, output, resume };

return await SampleProgram.RunAsync(command, args, (options, cancellation) =>
    options.GetValue(task) == "bigan" ? GenerateAsync(new BiganTask(), options, cancellation) : GenerateAsync(new DcganTask(), options, cancellation));

async Task GenerateAsync<TModel>(GanTask<TModel> gan, ParseResult options, CancellationToken cancellation)
    where TModel : GanModel
{
    var folder = options.GetValue(output)!;
    RunFolders.Check(folder, options.GetValue(resume), folder);
    RunFolders.CheckBeside(folder, samplesName);
    var (train, heldOut) = OpenImages(options);
    using var network = EncoderCatalog.Create(options.GetValue(encoder)!, options.GetValue(size)!.Value, options.GetValue(seed)!.Value);
    gan.CheckFits(network, train.Frames);
    Screen.Say($"Learning to make images of {network.ImageSize} x {network.ImageSize} pixels from {train.Count:N0} by {gan.Name}.");
    await Trainer.RunAsync(network, [new WeightedTask(gan)], train, new PretrainingOptions
    {
        Epochs = options.GetValue(epochs),
        BatchSize = options.GetValue(batch)!.Value,
        Seed = options.GetValue(seed)!.Value,
        RunFolder = folder,
        Resume = options.GetValue(resume),
    }, cancellation);

    using var scope = NewDisposeScope();
    using var model = TrainedModel.Load(folder, gan, network);
    using var random = new RandomSource((ulong)options.GetValue(seed)!.Value, network.parameters().First().device);
    var samples = model.Sample(gan.DrawNoise(judged, random)).cpu();
    var file = Path.Combine(folder, samplesName);
    Draw(samples, file);
    Screen.Say($"Wrote {file}, {shown} images that the network made.");
    Compare(samples, train, heldOut, network.ImageSize);
}

(IImageSource Train, IImageSource HeldOut) OpenImages(ParseResult options)
{
    switch (options.GetValue(images), options.GetValue(cifar10))
    {
        case (null, null):
            return (new ProceduralImages(2400, seed: 1), new ProceduralImages(judged, seed: 2));
        case (null, { } folder):
            return (Cifar10.OpenTrain(folder), Cifar10.OpenTest(folder));
        case ({ } folder, null):
            // A tenth of the photos, spread over the whole folder, is kept from the network.
            var all = ImageFolder.Open(folder);
            var indices = Enumerable.Range(0, all.Count).ToLookup(i => i % 10 == 9);
            if (all.Count < 20)
                throw new ArgumentException($"--images is {folder}, which holds {all.Count} images; at least 20 are needed, two of them to judge by.");
            return (new ImageSubset(all, indices[false]), new ImageSubset(all, indices[true]));
        default:
            throw new ArgumentException("Give only one of --images and --cifar10.");
    }
}

static void Draw(Tensor samples, string file)
{
    using var scope = NewDisposeScope();
    var grid = new PreviewGrid();
    foreach (var row in samples[..shown].split(columns))
        grid.AddRow(row.unbind().Select(image => new PreviewCell(image)));
    grid.SavePng(file);
}

// Are samples as varied as real images, and are they more than copies of the training images?
static void Compare(Tensor samples, IImageSource train, IImageSource heldOut, int size)
{
    using var scope = NewDisposeScope();
    var unseen = Read(heldOut, size).First();
    double sampleSpread = ImageDistances.ToNext(samples).item<float>(), realSpread = ImageDistances.ToNext(unseen).item<float>();
    double sampleNearest = Nearest(samples), unseenNearest = Nearest(unseen);
    Screen.Say();
    Screen.Say("Distances are the root of the mean squared difference of pixels in 0..1:");
    Screen.Show(words: 1, ["", "samples", "real", "ratio"],
    [
        Row("to another of the same kind", sampleSpread, realSpread),
        Row("to the nearest training image", sampleNearest, unseenNearest),
    ]);
    Screen.Say(
        "Real images were kept from the network. In the first row a ratio far below 1 tells that samples are all alike, "
        + "in the second that they copy training images.");

    double Nearest(Tensor these) => ImageDistances.ToNearest(these, Read(train, size)).mean().item<float>();

    static string[] Row(string name, double ofSamples, double ofReal) =>
        [name, .. new[] { ofSamples, ofReal, ofSamples / ofReal }.Select(value => value.ToString("0.000", CultureInfo.InvariantCulture))];
}

static IEnumerable<Tensor> Read(IImageSource source, int size)
{
    foreach (var batch in new ImageLoader(source, new() { ImageSize = size, BatchSize = judged, Shuffle = true, MaxFailureRatio = 1 }).ReadEpoch(0))
    {
        using (batch)
            yield return batch.ToTensor(CPU);
    }
}
