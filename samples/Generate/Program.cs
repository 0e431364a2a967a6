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

var task = new Option<string>("--task") { Description = "dcgan or bigan.", DefaultValueFactory = _ => "dcgan" };
var images = new Option<string?>("--images") { Description = "Folder of images, at any depth [default: drawn scenes]." };
var cifar10 = new Option<string?>("--cifar10") { Description = "Folder with CIFAR-10's binary files." };
var encoder = new Option<string>("--encoder")
{
    Description = $"Architecture of the discriminator's trunk: {string.Join(", ", EncoderCatalog.Names)}.",
    DefaultValueFactory = _ => "convnet",
};
var size = new Option<int>("--size") { Description = "Side of the images in pixels.", DefaultValueFactory = _ => 32 };
var epochs = new Option<int?>("--epochs") { Description = "Passes over the images [default: 16 for drawn scenes, else 10]." };
var batch = new Option<int>("--batch") { Description = "Images a step.", DefaultValueFactory = _ => 32 };
var seed = new Option<int>("--seed") { Description = "Same seed, same result.", DefaultValueFactory = _ => 0 };
var output = new Option<string>("--output") { Description = "Run folder, which also receives samples.png.", DefaultValueFactory = _ => "runs/generate" };
var resume = new Option<bool>("--resume") { Description = "Go on from the last checkpoint in --output." };
var command = new RootCommand("Trains a GAN and draws images that it makes.") { task, images, cifar10, encoder, size, epochs, batch, seed, output, resume };

return await SampleProgram.RunAsync(command, args, (options, cancellation) => options.GetValue(task) switch
{
    "dcgan" => GenerateAsync(new DcganTask(), options, cancellation),
    "bigan" => GenerateAsync(new BiganTask(), options, cancellation),
    var other => throw new ArgumentException($"--task is {other}; it must be dcgan or bigan."),
});

async Task GenerateAsync<TModel>(GanTask<TModel> gan, ParseResult options, CancellationToken cancellation)
    where TModel : GanModel
{
    var (train, heldOut) = OpenImages(options);
    using var network = EncoderCatalog.Create(options.GetValue(encoder)!, options.GetValue(size), options.GetValue(seed));
    var folder = options.GetValue(output)!;
    Console.WriteLine($"Learning to make images of {network.ImageSize} x {network.ImageSize} pixels from {train.Count:N0} by {gan.Name}.");
    await Pretraining.RunAsync(network, gan, train, new PretrainingOptions
    {
        Epochs = options.GetValue(epochs) ?? (train is ProceduralImages ? 16 : 10),
        BatchSize = options.GetValue(batch),
        Seed = options.GetValue(seed),
        RunFolder = folder,
        Resume = options.GetValue(resume),
    }, new ConsoleProgress(), cancellation);

    using var scope = NewDisposeScope();
    using var model = TrainedModel.Load(folder, gan, network);
    using var random = new RandomSource((ulong)options.GetValue(seed), network.parameters().First().device);
    var samples = model.Sample(gan.DrawNoise(judged, random)).cpu();
    var file = Path.Combine(folder, "samples.png");
    Draw(samples, file);
    Console.WriteLine($"Wrote {file}.");
    Judge(samples, train, heldOut, network.ImageSize);
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
            if (all.Count < 10)
                throw new ArgumentException($"{folder} holds {all.Count} images; at least 10 are needed.");
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
static void Judge(Tensor samples, IImageSource train, IImageSource heldOut, int size)
{
    using var scope = NewDisposeScope();
    var unseen = Read(heldOut, size).First();
    double sampleSpread = ImageDistances.ToNext(samples).item<float>(), realSpread = ImageDistances.ToNext(unseen).item<float>();
    double sampleNearest = Nearest(samples), unseenNearest = Nearest(unseen);
    Console.WriteLine();
    Console.WriteLine("Distances are the root of the mean squared difference of pixels in 0..1:");
    Console.WriteLine();
    Console.WriteLine($"  {"",-36}{"samples",10}{"real",10}{"ratio",8}");
    Row("to another of the same kind", sampleSpread, realSpread);
    Row("to the nearest training image", sampleNearest, unseenNearest);
    Console.WriteLine();
    Console.WriteLine("Real images were kept from the network. In the first row a ratio far below 1 tells that samples are all alike,");
    Console.WriteLine("in the second that they copy training images.");

    double Nearest(Tensor these) => ImageDistances.ToNearest(these, Read(train, size)).mean().item<float>();

    static void Row(string name, double ofSamples, double ofReal) => Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"  {name,-36}{ofSamples,10:0.000}{ofReal,10:0.000}{ofSamples / ofReal,8:0.00}"));
}

static IEnumerable<Tensor> Read(IImageSource source, int size)
{
    foreach (var batch in new ImageLoader(source, new() { ImageSize = size, BatchSize = judged, Shuffle = true, MaxFailureRatio = 1 }).ReadEpoch(0))
    {
        using (batch)
            yield return batch.ToTensor(CPU);
    }
}
