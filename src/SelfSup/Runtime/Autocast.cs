using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SelfSup.Runtime;

/// <summary>libtorch's autocast to bfloat16 on the calling thread, which TorchSharp does not expose.</summary>
/// <remarks>
/// Calls libtorch 2.10's own functions by their mangled names (the Itanium ABI: Linux and macOS). The state is the thread's:
/// begin and end on the same thread, with no await between.
/// </remarks>
internal sealed unsafe class Autocast : IDisposable
{
    private const sbyte BFloat16 = 15; // c10::ScalarType
    private static readonly Lazy<Functions?> Native = new(Functions.Find);
    [ThreadStatic]
    private static Autocast? running;

    private readonly sbyte device;

    private Autocast(sbyte device) => this.device = device;

    /// <summary>Whether this platform's libtorch offers it.</summary>
    public static bool IsSupported => Native.Value is not null;

    /// <summary>Runs what follows in bfloat16 where that is safe, until disposed.</summary>
    public static Autocast ToBFloat16(Device device)
    {
        var native = Native.Value ?? throw new PlatformNotSupportedException(
            "Precision BFloat16 is not supported on this platform; use Float32.");
        var autocast = new Autocast(TypeOf(device));
        native.SetType(autocast.device, BFloat16);
        native.SetEnabled(autocast.device, 1);
        native.Enter();
        return running = autocast;
    }

    /// <summary>Runs what follows without autocast on CPUs, until disposed; null where there is none to suspend.</summary>
    /// <remarks>
    /// libtorch 2.10's gradient of a 3-D convolution's weight in bfloat16 depends, on maps of two frames, on memory that was never
    /// written: it differs from run to run, and is not finite at times.
    /// </remarks>
    public static IDisposable? SuspendOnCpu(Device device) => device.type == TorchSharp.DeviceType.CPU ? Suspend() : null;

    /// <summary>Runs what follows without autocast, until disposed; null where there is none to suspend.</summary>
    public static IDisposable? Suspend() => running is { } autocast ? new Suspension(autocast) : null;

    public void Dispose()
    {
        var native = Native.Value!;
        if (native.Leave() == 0)
            native.ClearCache();
        native.SetEnabled(device, 0);
        running = null;
    }

    private static sbyte TypeOf(Device device) => (sbyte)(device.type == TorchSharp.DeviceType.CUDA ? 1 : 0);

    private sealed class Suspension : IDisposable
    {
        private readonly Autocast autocast;

        public Suspension(Autocast autocast)
        {
            this.autocast = autocast;
            Native.Value!.SetEnabled(autocast.device, 0);
            running = null;
        }

        public void Dispose()
        {
            Native.Value!.SetEnabled(autocast.device, 1);
            running = autocast;
        }
    }

    private sealed class Functions
    {
        public delegate* unmanaged<sbyte, byte, void> SetEnabled;
        public delegate* unmanaged<sbyte, sbyte, void> SetType;
        public delegate* unmanaged<int> Enter;
        public delegate* unmanaged<int> Leave;
        public delegate* unmanaged<void> ClearCache;

        public static Functions? Find()
        {
            if (OperatingSystem.IsWindows() || !NativeTorch.TryFind("libtorch_cpu", out var library))
                return null;
            return Export("20set_autocast_enabledEN3c1010DeviceTypeEb", out var enabled)
                && Export("18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE", out var type)
                && Export("17increment_nestingEv", out var enter)
                && Export("17decrement_nestingEv", out var leave)
                && Export("11clear_cacheEv", out var clear)
                ? new Functions
                {
                    SetEnabled = (delegate* unmanaged<sbyte, byte, void>)enabled,
                    SetType = (delegate* unmanaged<sbyte, sbyte, void>)type,
                    Enter = (delegate* unmanaged<int>)enter,
                    Leave = (delegate* unmanaged<int>)leave,
                    ClearCache = (delegate* unmanaged<void>)clear,
                }
                : null;

            bool Export(string name, out nint address) => NativeLibrary.TryGetExport(library, "_ZN2at8autocast" + name, out address);
        }
    }
}
