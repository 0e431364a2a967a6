using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>One training step on resident images: views or turns, normalization, forward, backward, SGD, loss read.</summary>
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

    /// <summary>Compares with PyTorch, in all modes in which people run it.</summary>
    /// <param name="task">Rotation, of which the peer turns the same pixels, or SimCLR, of which it draws the same views.</param>
    /// <param name="network">The encoder, at the size that suits it.</param>
    /// <param name="device">Where both run.</param>
    /// <param name="peer">The peer; null if there is none.</param>
    /// <param name="rounds">How often each takes its turn.</param>
    public static Comparison Compare(string task, string network, Device device, Peer? peer, int rounds)
    {
        var (size, inputs) = network == "convnet" ? (32, 128) : (96, 32);
        if (device.type == TorchSharp.DeviceType.CUDA)
            inputs *= 8; // enough to keep a GPU busy
        var each = task == "rotation" ? 4 : 2;
        var count = inputs / each;
        var comparison = new Comparison($"Training step of {task}, {network} at {size} px on {device}, {count} images seen {each} times", "inputs/s");
        // A process for each mode, as people run them: one that trained in another mode before keeps memory that it frees.
        var peers = peer is null ? [] : Modes.Select(mode => (mode.Name, mode.Request, Peer: peer.Another(mode.Tuned))).ToArray();
        foreach (var (name, request, other) in peers)
            comparison.Add(name, () => other.Measure("step", task, network, request, device.ToString(), $"{count}"));
        using var single = new ResidentRun(network, size, count, Precision.Float32, TaskCatalog.Create(task), device);
        using var half = new ResidentRun(network, size, count, Precision.BFloat16, TaskCatalog.Create(task), device);
        comparison.Add("SelfSup, float32", () => inputs / single.MedianSeconds(WarmupSteps, Steps));
        comparison.Add("SelfSup, bf16", () => inputs / half.MedianSeconds(WarmupSteps, Steps));
        comparison.Run(rounds);
        foreach (var (_, _, other) in peers)
            other.Dispose();
        return comparison;
    }
}
