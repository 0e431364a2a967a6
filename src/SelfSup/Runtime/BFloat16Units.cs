using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace SelfSup.Runtime;

/// <summary>Tells whether a device has units that compute in bfloat16; others imitate them, slower than in float32.</summary>
internal static partial class BFloat16Units
{
    private const int FirstMajorVersion = 8; // Ampere
    private const int MajorVersion = 75; // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR

    /// <summary>Whether bfloat16 pays on a device: its units are there, and libtorch's autocast can be reached.</summary>
    public static bool PayOn(torch.Device device) =>
        Autocast.IsSupported && (device.type == DeviceType.CUDA ? AreInGpu(Math.Max(device.index, 0)) : AreInCpu);

    private static bool AreInCpu => Avx512F.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0; // AVX512_BF16

    private static bool AreInGpu(int index)
    {
        try
        {
            return GetDeviceAttribute(out var major, MajorVersion, index) == 0 && major >= FirstMajorVersion;
        }
        catch (DllNotFoundException)
        {
            return false; // a GPU of another maker
        }
    }

    [LibraryImport("libcuda.so.1", EntryPoint = "cuDeviceGetAttribute")]
    private static partial int GetDeviceAttribute(out int value, int attribute, int device);
}
