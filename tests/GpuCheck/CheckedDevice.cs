using SelfSup.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck;

/// <summary>The device that is checked.</summary>
internal static class CheckedDevice
{
    /// <summary>Ends the step where the device is not there.</summary>
    public static void RequirePresent(CheckSettings settings)
    {
        NativeTorch.EnsureLoaded();
        if (!settings.IsCuda || cuda.is_available())
            return;
        throw new SkippedException(NativeTorch.TryFind("libtorch_cuda", out _)
            ? "no CUDA device: libtorch has its CUDA part and finds no card or no driver"
            : "no CUDA device: this libtorch has no CUDA part (libtorch_cuda)");
    }

    /// <summary>The device, for which products of float32 are not rounded to TF32.</summary>
    public static Device Of(CheckSettings settings)
    {
        if (settings.IsCuda)
        {
            backends.cuda.matmul.allow_tf32 = false;
            backends.cudnn.allow_tf32 = false;
        }
        return new Device(settings.Device);
    }

    /// <summary>Waits until the device has done all its work; a CPU has by then.</summary>
    public static void Finish(Device device)
    {
        if (device.type == DeviceType.CUDA)
            cuda.synchronize(device);
    }
}
