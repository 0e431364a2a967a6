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
