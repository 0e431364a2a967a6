using System.Text.Json.Nodes;
using SelfSup.Benchmarks;
using SelfSup.Runtime;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck.Steps;

/// <summary>Images a second of a whole training step in bfloat16, channels-last, in turn with PyTorch where there is a Python that has it.</summary>
internal static class SpeedStep
{
    private const string Own = "selfsup";
    private static readonly Workload[] Workloads =
    [
        new("resnet18-32", "resnet18", 32, 1, OnGpu: 256, OnCpu: 4, ["channels-last-bf16"]),
        new("resnet50-224", "resnet50", 224, 1, OnGpu: 32, OnCpu: 1, ["channels-last-bf16"]),
        new("r3d_18-112", "r3d_18", 112, 16, OnGpu: 8, OnCpu: 1, ["channels-last-bf16", "bf16"]),
    ];

    public static void Run(CheckSettings settings, Findings findings)
    {
        if (!settings.IsCuda && !settings.SpeedOnCpu)
            throw new SkippedException("on a CPU the speed is measured with --speed only");
        TorchRuntime.TuneForTraining();
        var device = CheckedDevice.Of(settings);
        using var peer = Peer.Start(settings.Python);
        findings.Add("peer", peer?.Versions ?? $"none: {settings.Python} does not start with PyTorch, torchvision and Pillow");
        var figures = new JsonObject();
        foreach (var workload in Workloads)
            findings.Try(workload.Name, () => figures[workload.Name] = Measure(workload, device, settings, peer));
        findings.Add("inputs_per_second", figures);
    }

    private static JsonObject Measure(Workload workload, Device device, CheckSettings settings, Peer? peer)
    {
        var count = settings.IsCuda ? workload.OnGpu : workload.OnCpu;
        var (warmup, steps, rounds) = settings.IsCuda ? (3, 15, 5) : (0, 1, 1);
        var comparison = new Comparison(workload.Name, "inputs/s");
        IPretextTask task = workload.Frames > 1 ? new VideoRotationTask() : new RotationTask();
        using var run = new ResidentRun(
            workload.Network, workload.Side, count, Autocast.IsSupported ? Precision.BFloat16 : Precision.Float32, task, device, workload.Frames);
        comparison.Add(Own, () => 4 * count / run.MedianSeconds(warmup, steps));
        string[] modes = peer is null ? [] : workload.PeerModes;
        foreach (var mode in modes)
        {
            comparison.Add(mode, () => peer!.Measure(
                "step", "rotation", workload.Name, mode, device.ToString(), $"{count}", $"{warmup}", $"{steps}"));
        }
        comparison.Run(rounds);
        JsonObject figures = new() { ["inputs_per_step"] = 4 * count, [Own] = Findings.Number(comparison.MedianOf(Own)) };
        foreach (var mode in modes)
        {
            figures[$"pytorch_{mode}"] = Findings.Number(comparison.MedianOf(mode));
            figures[$"ratio_to_{mode}"] = Findings.Number(comparison.MedianOf(Own) / comparison.MedianOf(mode));
        }
        return figures;
    }

    /// <param name="Name">Its name here and in peer.py.</param>
    /// <param name="Network">The encoder's name in the catalog.</param>
    /// <param name="Side">Side of the images in pixels.</param>
    /// <param name="Frames">Frames of each clip; 1 for images.</param>
    /// <param name="OnGpu">Images a step on a GPU, each in four turns.</param>
    /// <param name="OnCpu">Images a step on a CPU.</param>
    /// <param name="PeerModes">How PyTorch runs it.</param>
    private sealed record Workload(string Name, string Network, int Side, int Frames, int OnGpu, int OnCpu, string[] PeerModes);
}
