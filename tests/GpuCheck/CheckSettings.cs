namespace SelfSup.GpuCheck;

/// <summary>What a step is told.</summary>
/// <param name="Device">The device that is checked, as on the command line: <c>cuda</c>, <c>cuda:1</c> or <c>cpu</c>.</param>
/// <param name="Python">The Python that has PyTorch, for the speed beside it.</param>
/// <param name="SpeedOnCpu">Whether the speed is measured on a CPU too, with small batches.</param>
internal sealed record CheckSettings(string Device, string Python, bool SpeedOnCpu)
{
    public bool IsCuda => Device.StartsWith("cuda", StringComparison.Ordinal);
}
