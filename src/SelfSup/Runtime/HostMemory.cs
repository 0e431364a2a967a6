using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Runtime;

/// <summary>Brings tensors from the CPU to a device without waiting for the device.</summary>
internal static class HostMemory
{
    /// <summary>Copies a tensor to a device.</summary>
    /// <param name="tensor">A tensor on the CPU; borrowed.</param>
    /// <param name="device">Where to.</param>
    /// <returns>The copy, owned by the caller; on the CPU it is an alias.</returns>
    public static Tensor Send(Tensor tensor, Device device)
    {
        if (device.type == DeviceType.CPU)
            return tensor.alias();
        if (device.type != DeviceType.CUDA)
            return tensor.to(device);
        // From pinned memory the GPU fetches by itself; libtorch keeps that memory until it has done so.
        using var pinned = tensor.pin_memory();
        return pinned.to(device, non_blocking: true);
    }
}
