using static TorchSharp.torch;

namespace SelfSup.Runtime;

/// <summary>Chooses where tensors live.</summary>
public static class Devices
{
    /// <summary>Takes the asked-for device, or CUDA when present, else the CPU.</summary>
    /// <param name="asked">A device, or null to choose.</param>
    /// <returns>A device that is there.</returns>
    /// <exception cref="InvalidOperationException">CUDA was asked for but is absent.</exception>
    public static Device Resolve(Device? asked = null)
    {
        if (asked is null)
            return cuda.is_available() ? CUDA : CPU;
        if (asked.type == TorchSharp.DeviceType.CUDA && !cuda.is_available())
        {
            throw new InvalidOperationException(
                "CUDA was asked for, but libtorch finds no CUDA device. Check the driver, and reference TorchSharp-cuda-windows or " +
                "TorchSharp-cuda-linux (in this repository: -p:TorchBackend=cuda-linux).");
        }
        return asked;
    }
}
