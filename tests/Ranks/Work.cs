using System.Globalization;
using System.Security.Cryptography;
using SelfSup.Data;
using SelfSup.Distributed;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Ranks;

/// <summary>What the ranks do.</summary>
internal static class Work
{
    private const int BatchSize = 8;
    private const int ImageSize = 32;

    public static int Exchange(MpiGroup group)
    {
        using var values = full(5, group.Rank + 1f);
        group.Sum(values);
        using var whole = full(3, 1L << 40, int64).add_(group.Rank);
        group.Sum(whole);
        using var bytes = full(4, (byte)(group.Rank + 7), uint8);
        group.Broadcast(bytes, group.Size - 1);
        var caught = 0;
        for (var i = 0; i < 3; i++)
        {
            try
            {
                _ = Nothing().Length;
            }
            catch (NullReferenceException)
            {
                caught++;
            }
        }
        Say(group, $"sums {values[4].item<float>()} and {whole[2].item<long>()}, broadcast {bytes[3].item<byte>()}, {caught} null references caught");
        return 0;
    }

    public static int Connect(MpiGroup group)
    {
        try
        {
            using var gpus = NcclGroup.Join(group);
            using var values = full(5, group.Rank + 1f, device: CUDA);
            gpus.Sum(values);
            using var bytes = full(4, (byte)(group.Rank + 7), uint8, CUDA);
            gpus.Broadcast(bytes, group.Size - 1);
            Say(group, $"{gpus}: sum {values[4].item<float>()}, broadcast {bytes[3].item<byte>()}");
        }
        catch (InvalidOperationException error)
        {
            Say(group, error.Message);
        }
        return 0;
    }

    /// <summary>One step of plain gradient descent is the gradient times the learning rate; it is large, so that no digits get lost beside the weights.</summary>
    public static int Compare(MpiGroup group, string task)
    {
        using var together = Update(task, group);
        if (group.Rank > 0)
            return 0;
        using var alone = Update(task, new PretrainingOptions().Group);
        using var difference = together.sub(alone);
        var relative = difference.norm().item<float>() / alone.norm().item<float>();
        Say(group, string.Create(CultureInfo.InvariantCulture, $"{alone.numel()} gradients of norm {alone.norm().item<float>()}, relative difference {relative:E2}"));
        return 0;
    }

    public static int Train(MpiGroup group, string folder, Event what, int seed)
    {
        using var encoder = new ConvNet(ImageSize);
        var resumes = File.Exists(Path.Combine(folder, "configuration.json"));
        try
        {
            var result = Pretraining.Run(
                encoder, [new WeightedTask(new RotationTask())], new EventfulImages(new ProceduralImages(6 * BatchSize), what), new()
                {
                    Epochs = 2,
                    BatchSize = BatchSize,
                    Seed = seed,
                    Precision = Precision.Float32,
                    RunFolder = folder,
                    CheckpointEverySteps = 1,
                    Workers = 1,
                    Resume = resumes,
                    Group = group,
                }, cancellationToken: group.StopOnSignals());
            Say(group, $"trained {result.Steps} steps as {group}");
            if (result.EncoderFile is { } file)
                Say(group, $"encoder {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}");
            return 0;
        }
        catch (OperationCanceledException)
        {
            Say(group, "stopped");
            return 0;
        }
    }

    private static Tensor Update(string task, IProcessGroup group)
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(ImageSize);
        using var before = Flat(encoder);
        Pretraining.Run(encoder, [new WeightedTask(TaskCatalog.Create(task))], new ProceduralImages(BatchSize), new()
        {
            Steps = 1,
            BatchSize = BatchSize,
            Precision = Precision.Float32,
            Recipe = new() { Optimizer = new Sgd { Momentum = 0, Nesterov = false }, LearningRate = 1000, Warmup = 0, WeightDecay = 0 },
            Workers = 1,
            Group = group,
        });
        return Flat(encoder).sub(before).MoveToOuterDisposeScope();
    }

    private static Tensor Flat(Encoder encoder) => cat([.. encoder.parameters().Select(parameter => parameter.detach().reshape(-1))]);

    private static string Nothing() => null!;

    private static void Say(MpiGroup group, string text) => Console.WriteLine($"[{group.Rank}/{group.Size}] {text}");
}
