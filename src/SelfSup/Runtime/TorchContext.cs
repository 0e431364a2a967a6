using System.Runtime.InteropServices;

namespace SelfSup.Runtime;

/// <summary>Switches of libtorch that TorchSharp does not expose.</summary>
/// <remarks>They are libtorch 2.10's own functions, called by their mangled names (the Itanium ABI: Linux and macOS).</remarks>
internal static unsafe class TorchContext
{
    private const string SetDeviceIndex = "_ZN2at11accelerator14setDeviceIndexEa";
    private const string SetDeterministicAlgorithms = "_ZN2at7Context26setDeterministicAlgorithmsEbb";
    private const string SetDeterministicCuDnn = "_ZN2at7Context21setDeterministicCuDNNEb";

    /// <summary>Whether operations that have a deterministic form take it; false where libtorch cannot be asked.</summary>
    public static bool IsDeterministic => Get("23deterministicAlgorithmsEv") && Get("18deterministicCuDNNEv");

    /// <summary>Whether an operation without a deterministic form only warns.</summary>
    public static bool OnlyWarns => Get("31deterministicAlgorithmsWarnOnlyEv");

    /// <summary>Whether this platform's libtorch lets a thread choose its GPU.</summary>
    public static bool ChoosesDevices => Find(SetDeviceIndex) != 0;

    /// <summary>Sets a switch of the context to a value.</summary>
    /// <param name="setter">The mangled rest of a setter's name, that takes one truth value.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether libtorch has this switch.</returns>
    public static bool Set(string setter, bool value)
    {
        var set = Find("_ZN2at7Context" + setter);
        if (set == 0)
            return false;
        ((delegate* unmanaged<nint, byte, void>)set)(Context(), value ? (byte)1 : (byte)0);
        return true;
    }

    /// <summary>Asks for operations in their deterministic forms.</summary>
    /// <param name="use">Whether to.</param>
    /// <param name="warnOnly">Whether one that has none only warns; it throws otherwise.</param>
    /// <returns>Whether libtorch could be asked.</returns>
    public static bool SetDeterministic(bool use, bool warnOnly)
    {
        nint algorithms = Find(SetDeterministicAlgorithms), cuDnn = Find(SetDeterministicCuDnn);
        if (algorithms == 0 || cuDnn == 0)
            return false;
        ((delegate* unmanaged<nint, byte, byte, void>)algorithms)(Context(), use ? (byte)1 : (byte)0, warnOnly ? (byte)1 : (byte)0);
        ((delegate* unmanaged<nint, byte, void>)cuDnn)(Context(), use ? (byte)1 : (byte)0);
        return true;
    }

    /// <summary>Makes a GPU the calling thread's own: what names no GPU, such as pinned memory, would else wake the first one.</summary>
    /// <param name="index">A GPU that is there: libtorch ends the process otherwise.</param>
    public static void UseDevice(int index)
    {
        if (Find(SetDeviceIndex) is var set and not 0)
            ((delegate* unmanaged<sbyte, void>)set)(checked((sbyte)index));
    }

    private static bool Get(string getter) =>
        Find("_ZNK2at7Context" + getter) is var get and not 0 && ((delegate* unmanaged<nint, byte>)get)(Context()) != 0;

    private static nint Context() => ((delegate* unmanaged<nint>)Find("_ZN2at13globalContextEv"))();

    private static nint Find(string name) =>
        !OperatingSystem.IsWindows() && NativeTorch.TryFind("libtorch_cpu", out var library) && NativeLibrary.TryGetExport(library, name, out var found)
            ? found : 0;
}
