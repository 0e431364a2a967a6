using static TorchSharp.torch;

namespace SelfSup.Runtime;

/// <summary>Chooses where tensors live.</summary>
public static class Devices
{
    /// <summary>Takes the asked-for device, or the first GPU for CUDA when present, else the CPU.</summary>
    /// <param name="asked">A device, or null to choose.</param>
    /// <returns>A device that is there.</returns>
    /// <exception cref="InvalidOperationException">CUDA was asked for but is absent, or has not as many devices.</exception>
    public static Device Resolve(Device? asked = null)
    {
        if (asked is null)
            return cuda.is_available() ? CUDA : CPU;
        if (asked.type == TorchSharp.DeviceType.CUDA)
            CheckCuda(asked.index, cuda.is_available() ? cuda.device_count() : 0);
        return asked;
    }

    /// <summary>Makes a CUDA device the calling thread's own; others need nothing.</summary>
    /// <param name="device">A device that is there.</param>
    internal static void UseOnThisThread(Device device)
    {
        if (device.type == TorchSharp.DeviceType.CUDA)
            TorchContext.UseDevice(Math.Max(device.index, 0));
    }

    /// <summary>Checks the number of a CUDA device, -1 for any.</summary>
    internal static void CheckCuda(int index, int count)
    {
        if (count == 0)
        {
            throw new InvalidOperationException(
                "CUDA was asked for, but libtorch finds no CUDA device. Check the driver, and reference TorchSharp-cuda-windows or " +
                "TorchSharp-cuda-linux (in this repository: -p:TorchBackend=cuda-linux).");
        }
        if (index >= count)
        {
            var there = count == 1 ? "one CUDA device, cuda:0" : $"{count} CUDA devices, cuda:0 to cuda:{count - 1}";
            throw new InvalidOperationException($"The device cuda:{index} was asked for, but libtorch finds {there}.");
        }
    }
}
