using System.Runtime.InteropServices;
using SelfSup.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.DeviceTests;

/// <summary>A device beside the CPU on every machine: libtorch's lazy backend.</summary>
/// <remarks>
/// It gathers operations and computes them on the CPU once a value is asked for, and most of its operations refuse tensors of the CPU, as
/// a GPU's do. It takes masks of <c>where</c> from the CPU, and does not tell whether a step waits: the scan of the sources does. Once
/// made it stays until the process ends, which is why these tests have a project of their own.
/// </remarks>
internal static unsafe class SecondDevice
{
    private const DeviceType Lazy = (DeviceType)17; // c10::DeviceType::Lazy, which TorchSharp does not name

    private static readonly Lazy<Backend?> Found = new(Backend.Find);

    private static readonly Lazy<Device> Made = new(() =>
    {
        var backend = Found.Value!;
        backend.Initialize();
        // As inputs of a graph, numbers would be float64 tensors, which make float64 of a loss; as its constants they are numbers.
        *backend.SomeNumbersAreConstants = *backend.AllNumbersAreConstants = true;
        return new Device(Lazy, 0);
    });

    /// <summary>Why there is none on this platform; null where there is one.</summary>
    public static string? Missing =>
        OperatingSystem.IsWindows() ? "The function that makes libtorch's lazy device is called by its name on Linux and macOS."
        : Found.Value is null ? "This libtorch has no lazy device."
        : null;

    public static Device Device => Made.Value;

    /// <summary>Asserts that a tensor is on the device, not on the CPU.</summary>
    public static void Holds(Tensor tensor, string name) =>
        Assert.True(tensor.device.type == Lazy, $"{name} is on {tensor.device}, not on the device of its inputs.");

    /// <summary>Computes tensors on the device, all at once.</summary>
    /// <returns>Whether all numbers are finite.</returns>
    public static bool AreFinite(IEnumerable<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return stack(tensors.Select(tensor => tensor.isfinite().all())).all().cpu().item<bool>();
    }

    private sealed class Backend
    {
        public delegate* unmanaged<void> Initialize;
        public bool* SomeNumbersAreConstants;
        public bool* AllNumbersAreConstants;

        public static Backend? Find()
        {
            NativeTorch.EnsureLoaded();
            return NativeTorch.TryFind("libtorch_cpu", out var library)
                && NativeLibrary.TryGetExport(library, "_ZN5torch4lazy22InitTorchScriptBackendEv", out var initialize)
                && NativeLibrary.TryGetExport(library, "FLAGS_torch_lazy_handle_special_scalars", out var some)
                && NativeLibrary.TryGetExport(library, "FLAGS_torch_lazy_all_numbers_special_scalars", out var all)
                ? new Backend
                {
                    Initialize = (delegate* unmanaged<void>)initialize,
                    SomeNumbersAreConstants = (bool*)some,
                    AllNumbersAreConstants = (bool*)all,
                }
                : null;
        }
    }
}

/// <summary>A test on a second device; skipped with the reason where there is none.</summary>
internal sealed class DeviceFactAttribute : FactAttribute
{
    public DeviceFactAttribute() => Skip = SecondDevice.Missing;
}

/// <summary>A test on a second device with several cases; skipped with the reason where there is none.</summary>
internal sealed class DeviceTheoryAttribute : TheoryAttribute
{
    public DeviceTheoryAttribute() => Skip = SecondDevice.Missing;
}
