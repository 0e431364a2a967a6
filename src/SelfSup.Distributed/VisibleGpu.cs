using System.Globalization;
using System.Runtime.InteropServices;

namespace SelfSup.Distributed;

/// <summary>Gives every rank of a machine a GPU of its own, as cuda:0, before libtorch looks for GPUs.</summary>
internal static partial class VisibleGpu
{
    private const string Variable = "CUDA_VISIBLE_DEVICES";

    /// <summary>Lets libtorch see this rank's GPU alone, where there are several; Linux alone.</summary>
    /// <param name="localRank">This process's place among those of the machine; null if the launcher does not tell.</param>
    public static void Take(int? localRank)
    {
        // .NET's own variables do not reach native code.
        if (OperatingSystem.IsLinux() && localRank is { } rank && Of(rank, Environment.GetEnvironmentVariable(Variable), CountDevices()) is { } gpu)
            _ = SetVariable(Variable, gpu, overwrite: 1);
    }

    /// <summary>The one that a rank takes, as CUDA names it; null if there is no choice.</summary>
    /// <param name="localRank">The process's place among those of the machine.</param>
    /// <param name="visible">Those that the launcher allows, parted by commas; null means all.</param>
    /// <param name="present">How many there are.</param>
    public static string? Of(int localRank, string? visible, int present)
    {
        var allowed = visible?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            ?? [.. Enumerable.Range(0, present).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        // Where there are more ranks than GPUs, they take turns.
        return allowed.Length > 1 ? allowed[localRank % allowed.Length] : null;
    }

    // Theirs are /dev/nvidia0 and so on; the driver has other files there.
    private static int CountDevices() => Directory.EnumerateFiles("/dev", "nvidia*")
        .Count(path => int.TryParse(Path.GetFileName(path)["nvidia".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _));

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
