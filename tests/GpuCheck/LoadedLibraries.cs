using System.Runtime.InteropServices;

namespace SelfSup.GpuCheck;

/// <summary>The native libraries of this process.</summary>
internal static class LoadedLibraries
{
    /// <summary>Their files, in the order of their addresses.</summary>
    public static IReadOnlyList<string> Paths =>
    [
        .. File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .Where(path => path.StartsWith('/') && Path.GetFileName(path) is var file
                && (file.EndsWith(".so", StringComparison.Ordinal) || file.Contains(".so.", StringComparison.Ordinal)))
            .Distinct(),
    ];

    /// <summary>Handles of all but TorchSharp's glue, which would find in itself whatever it lacks.</summary>
    public static nint[] Handles =>
    [
        .. Paths.Where(path => !Path.GetFileName(path).StartsWith("libLibTorchSharp", StringComparison.Ordinal))
            .Select(path => NativeLibrary.TryLoad(path, out var handle) ? handle : 0).Where(handle => handle != 0),
    ];
}
