using System.Runtime.InteropServices;

namespace SelfSup.Data;

/// <summary>The functions of the system's libjpeg-turbo, its TurboJPEG interface of 2.0 and later, which 3.0 still has.</summary>
internal sealed unsafe class TurboJpegLibrary
{
    private static readonly Lazy<TurboJpegLibrary?> Found = new(Find);

    /// <summary>The library; null where there is none.</summary>
    public static TurboJpegLibrary? Instance => Found.Value;

    public required delegate* unmanaged<nint> InitDecompress { get; init; }

    public required delegate* unmanaged<nint, int> Destroy { get; init; }

    /// <summary>(handle, jpeg, length, width, height, subsampling, color space): 0, or -1 on an error or a warning.</summary>
    public required delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int> ReadHeader { get; init; }

    /// <summary>(handle, jpeg, length, target, width, row bytes, height, pixel format, flags): 0, or -1 on an error or a warning.</summary>
    public required delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> Decompress { get; init; }

    private static TurboJpegLibrary? Find()
    {
        string[] names = OperatingSystem.IsWindows() ? ["turbojpeg.dll", "libturbojpeg.dll"]
            : OperatingSystem.IsMacOS() ? ["libturbojpeg.0.dylib", "libturbojpeg.dylib", "/opt/homebrew/lib/libturbojpeg.dylib"]
            : ["libturbojpeg.so.0"];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var library)
                && NativeLibrary.TryGetExport(library, "tjInitDecompress", out var init)
                && NativeLibrary.TryGetExport(library, "tjDestroy", out var destroy)
                && NativeLibrary.TryGetExport(library, "tjDecompressHeader3", out var header)
                && NativeLibrary.TryGetExport(library, "tjDecompress2", out var decompress))
            {
                return new TurboJpegLibrary
                {
                    InitDecompress = (delegate* unmanaged<nint>)init,
                    Destroy = (delegate* unmanaged<nint, int>)destroy,
                    ReadHeader = (delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int>)header,
                    Decompress = (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)decompress,
                };
            }
        }
        return null;
    }
}
