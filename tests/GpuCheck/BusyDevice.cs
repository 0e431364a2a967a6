using System.Diagnostics;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck;

/// <summary>Work that keeps a device busy for a while, so that what is asked of it next has to queue.</summary>
internal sealed class BusyDevice : IDisposable
{
    private const int Trials = 3;
    private readonly Tensor matrix;
    private readonly int products;

    /// <summary>Measures how much work that is.</summary>
    /// <param name="device">The device.</param>
    /// <param name="milliseconds">For how long it shall be busy.</param>
    public BusyDevice(Device device, double milliseconds)
    {
        // Few and large products: a driver queues some thousand kernels, then the host has to wait for a place.
        var side = device.type == TorchSharp.DeviceType.CUDA ? 12288 : 256;
        matrix = ones([side, side], device: device).DetachFromDisposeScope();
        Multiply(1);
        CheckedDevice.Finish(device);
        var start = Stopwatch.GetTimestamp();
        Multiply(Trials);
        CheckedDevice.Finish(device);
        products = Math.Max(1, (int)(milliseconds * Trials / Stopwatch.GetElapsedTime(start).TotalMilliseconds));
    }

    /// <summary>Gives the device the work, and does not wait for it.</summary>
    public void Begin() => Multiply(products);

    public void Dispose() => matrix.Dispose();

    private void Multiply(int times)
    {
        for (var i = 0; i < times; i++)
            matrix.mm(matrix).Dispose();
    }
}
