using System.Diagnostics;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>One training step of Rotation on a resident batch: turns, normalization, forward, backward, SGD, loss read.</summary>
internal static class StepBenchmark
{
    private const int WarmupSteps = 3;
    private const int Steps = 15;
    private static readonly (string Name, string Request, bool Tuned)[] Modes =
    [
        ("PyTorch, default", "default", false),
        ("PyTorch, channels-last", "channels-last", false),
        ("PyTorch, channels-last, bf16", "channels-last-bf16", false),
        ("PyTorch, channels-last, bf16, allocator tuned as here", "channels-last-bf16", true),
    ];

    public static Comparison Compare(string network, Device device, Peer? peer, int rounds)
    {
        var (size, count) = network == "convnet" ? (32, 32) : (96, 8);
        if (device.type == TorchSharp.DeviceType.CUDA)
            count *= 8; // enough to keep a GPU busy
        var comparison = new Comparison($"Training step, {network} at {size} px on {device}, {count} images in 4 turns", "inputs/s");
        // A process for each mode, as people run them: one that trained in another mode before keeps memory that it frees.
        var peers = peer is null ? [] : Modes.Select(mode => (mode.Name, mode.Request, Peer: peer.Another(mode.Tuned))).ToArray();
        foreach (var (name, request, other) in peers)
            comparison.Add(name, () => other.Measure("step", network, request, device.ToString(), $"{count}"));
        using var single = new ResidentRun(network, size, count, Precision.Float32, device: device);
        using var half = new ResidentRun(network, size, count, Precision.BFloat16, device: device);
        comparison.Add("SelfSup, float32", () => 4 * count / single.MedianSeconds(WarmupSteps, Steps));
        comparison.Add("SelfSup, bf16", () => 4 * count / half.MedianSeconds(WarmupSteps, Steps));
        comparison.Run(rounds);
        foreach (var (_, _, other) in peers)
            other.Dispose();
        return comparison;
    }
}

/// <summary>A task that trains on one batch that stays where it is.</summary>
internal sealed class ResidentRun : IDisposable
{
    private readonly Encoder encoder;
    private readonly TrainingStep step;
    private readonly PretextInput input;
    private long done;

    public ResidentRun(string network, int size, int count, Precision precision, IPretextTask? task = null, Device? device = null)
    {
        device ??= CPU;
        encoder = EncoderCatalog.Create(network, size);
        encoder.train();
        var options = new PretrainingOptions { Precision = precision, Recipe = TrainingRecipe.Default with { LearningRate = 0.01, Schedule = LearningRateSchedule.Constant } };
        step = new TrainingStep(encoder, [new WeightedTask(task ?? new RotationTask())], count, options, device);
        using var random = new RandomSource(1, device);
        using var images = random.Integers(256, count, 3, size, size).to(ScalarType.Byte);
        input = PretextInput.Of(images);
        step.Learners[0].Model.Prepare([input]);
    }

    /// <summary>Trains once and reads the loss.</summary>
    public void Step()
    {
        using var metrics = step.Run([input], done++, long.MaxValue, epoch: 0);
        using var values = metrics.Values.cpu();
        _ = values.data<float>()[0];
    }

    public double MedianSeconds(int warmup, int steps)
    {
        for (var i = 0; i < warmup; i++)
            Step();
        var durations = new double[steps];
        for (var i = 0; i < steps; i++)
        {
            var start = Stopwatch.GetTimestamp();
            Step();
            durations[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(durations);
        return durations[steps / 2];
    }

    public void Dispose()
    {
        step.Dispose();
        encoder.Dispose();
        input.Dispose();
    }
}
