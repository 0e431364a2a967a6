using SelfSup.Data;
using SelfSup.Distributed;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Tests.Training;
using SelfSup.Training;
using SelfSup.Transfer;

namespace SelfSup.Reliability;

/// <summary>Work that writes files and goes on where it was stopped. Each job leaves the same files however often that was.</summary>
internal static class Jobs
{
    /// <summary>Printed with the process's number when the work itself begins, after start-up.</summary>
    public const string Ready = "ready ";

    private const int ClipFrames = 16;
    private const string Pack = "pack";
    private const string Export = "export";

    // Between them every optimizer; the other tasks are trained by their own recipes.
    private static readonly Dictionary<string, OptimizerSettings> Optimizers = new()
    {
        ["rotation"] = new Sgd(),
        ["jigsaw"] = new AdamW(),
        ["colorization"] = new Lars(),
    };

    public static IEnumerable<string> Names => [.. TaskCatalog.Names, QueueTask.TaskName, Pack, Export];

    public static int Do(string name, string folder)
    {
        try
        {
            if (name == Pack)
                PackImages(folder);
            else if (name == Export)
                ExportFiles(folder);
            else
                Pretrain(name, folder);
            return 0;
        }
        catch (IOException e)
        {
            Console.WriteLine($"error: {e.Message}");
            return 1;
        }
    }

    /// <summary>The files of a finished job that must be the same, bit by bit.</summary>
    public static Dictionary<string, byte[]> Results(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) is ".safetensors" or ".jsonl" or ".pack" or ".onnx")
            .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllBytes);

    private static void Pretrain(string name, string folder)
    {
        var group = MpiGroup.Join();
        IPretextTask task = name == QueueTask.TaskName ? new QueueTask() : TaskCatalog.Create(name);
        var (encoder, frames) = CreateEncoder(task);
        using var network = encoder;
        IImageSource images = frames > 1 ? new ProceduralClips(42, ClipFrames) : new ProceduralImages(42);
        Console.WriteLine($"{Ready}{Environment.ProcessId}");
        Pretraining.Run(encoder, [new WeightedTask(task)], images, new()
        {
            Epochs = 3,
            BatchSize = 8,
            Recipe = Optimizers.TryGetValue(name, out var optimizer) ? TrainingRecipe.For(optimizer) : null,
            RunFolder = folder,
            CheckpointEverySteps = 2,
            Group = group,
            Monitors = encoder.TakesClips ? [] : [new KnnMonitor(new ProceduralImages(40, seed: 1))],
            // Only what was begun can go on.
            Resume = File.Exists(Path.Combine(folder, "configuration.json")),
        });
    }

    /// <summary>The first of small encoders, one of every kind, that the task fits, and the frames that it wants.</summary>
    private static (Encoder Encoder, int Frames) CreateEncoder(IPretextTask task)
    {
        Func<Encoder>[] kinds =
        [
            () => new ConvNet(32), () => new VideoConvNet(32), () => new SplitConvNet(32), () => new VisionTransformer("vit_tiny", 32, new() { Depth = 2 }),
        ];
        foreach (var create in kinds)
        {
            var encoder = create();
            foreach (var frames in new[] { 1, ClipFrames })
            {
                try
                {
                    task.CheckFits(encoder, frames);
                    return (encoder, frames);
                }
                catch (ArgumentException)
                {
                    // The next kind may fit.
                }
            }
            encoder.Dispose();
        }
        throw new InvalidOperationException($"The task '{task.Name}' fits none of the small encoders.");
    }

    private static void PackImages(string folder)
    {
        Directory.CreateDirectory(folder);
        Console.WriteLine($"{Ready}{Environment.ProcessId}");
        using var packed = PackedImages.OpenOrPackAsync(
            new ProceduralImages(600), Path.Combine(folder, "images.pack"), new() { ImageSize = 64, Workers = 1 }).GetAwaiter().GetResult();
    }

    // Files are replaced in turn by two contents; the last is always the same.
    private static void ExportFiles(string folder)
    {
        using Encoder first = new ConvNet(32, seed: 1), second = new ConvNet(32, seed: 2);
        using var classifier = LinearProbe.Fit(second, new ProceduralImages(40), new() { Strengths = [0.1], Stage = "stage1" });
        Console.WriteLine($"{Ready}{Environment.ProcessId}");
        for (var round = 0; round < 20; round++)
        {
            foreach (var encoder in new[] { first, second })
            {
                EncoderFile.Save(encoder, Path.Combine(folder, "encoder.safetensors"), "export");
                OnnxFile.Export(encoder, Path.Combine(folder, "encoder.onnx"));
            }
            classifier.Save(Path.Combine(folder, "classifier.safetensors"));
        }
    }

    /// <summary>Reads what a killed job left; a part of a file passed for a whole one throws.</summary>
    public static void CheckLeftovers(string folder)
    {
        if (!Directory.Exists(folder))
            return; // killed before it wrote anything
        foreach (var path in Directory.EnumerateFiles(folder, "*.safetensors", SearchOption.AllDirectories))
            SafetensorsFile.Read(path).Dispose();
    }
}
