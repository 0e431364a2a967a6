using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;

namespace SelfSup.Runtime;

/// <summary>Lets TorchSharp load on Linux systems whose C++ runtime is older than the one it was linked against.</summary>
/// <remarks>
/// TorchSharp's glue library asks for symbol version GLIBCXX_3.4.32 (GCC 13), but only for a marker symbol that older
/// runtimes do not need. Debian 12, Ubuntu 22.04 and RHEL 9 lack that version, so the ordinary load fails there. Only then
/// is this handler asked; it loads a copy of the glue library in which that one version need is marked weak.
/// </remarks>
internal static class NativeTorch
{
    private const string GlueFile = "libLibTorchSharp.so";
    private const string MissingVersion = "GLIBCXX_3.4.32";

    // A consumer of the package must not have to call anything, hence the module initializer.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Install()
    {
        if (OperatingSystem.IsLinux())
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name == "LibTorchSharp" ? LoadGlue() : 0;
    }

    /// <summary>Loads the native libraries now, so that a failure is one exception with its cause.</summary>
    /// <exception cref="DllNotFoundException">They do not load; the message names the file and the reason.</exception>
    internal static void EnsureLoaded()
    {
        if (OperatingSystem.IsLinux())
            _ = Loaded.Value;
        try
        {
            TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);
            // TorchSharp has a way of its own to find the libraries of Windows, so they are there only now.
            if (OperatingSystem.IsWindows())
                _ = Loaded.Value;
            HiddenCaches.Correct();
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException or NotSupportedException)
        {
            throw Failure("The app must reference a libtorch package, such as TorchSharp-cpu or TorchSharp-cuda-windows.", e.InnerException ?? e);
        }
    }

    /// <summary>Finds a native library that is already loaded with TorchSharp, by its name without ending.</summary>
    internal static bool TryFind(string name, out nint library)
    {
        TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);
        var file = name + (OperatingSystem.IsMacOS() ? ".dylib" : ".so");
        library = 0;
        foreach (var folder in NativeFolders())
        {
            if (NativeLibrary.TryLoad(Path.Combine(folder, file), out library))
                return true;
        }
        return NativeLibrary.TryLoad(file, out library);
    }

    private static readonly Lazy<nint> Loaded = new(() =>
    {
        var glue = NativeLibrary.Load("LibTorchSharp", typeof(TorchSharp.torch).Assembly, null);
        ScalarLifetime.Extend(glue);
        return glue;
    });

    private static nint LoadGlue()
    {
        var original = NativeFolders().Select(folder => Path.Combine(folder, GlueFile)).FirstOrDefault(File.Exists)
            ?? throw Failure($"{GlueFile} is in none of: {string.Join(", ", NativeFolders())}. Reference TorchSharp in the app.", null);
        PreloadLibTorch(Path.GetDirectoryName(original)!);

        // Any failure but the known one is reported as it is: a copy would only hide its cause.
        if (NativeLibrary.TryLoad(original, out var handle))
            return handle;
        var image = File.ReadAllBytes(original);
        if (!ElfVersionNeeds.MarkWeak(image, MissingVersion))
            throw Failure($"{original} does not load.", LoadError(original));
        var copy = WriteCopy(original, image);
        return NativeLibrary.TryLoad(copy, out handle) ? handle : throw Failure($"{copy} does not load.", LoadError(copy));
    }

    /// <summary>Loads libtorch itself first, so that the glue finds it wherever its own copy lies.</summary>
    private static void PreloadLibTorch(string glueFolder)
    {
        var parts = LoadRequired(glueFolder, "libc10.so");
        LoadRequired(glueFolder, "libtorch_cpu.so");
        // Of the same libtorch: an installed one may be of another version. Where they are missing, this libtorch knows no CUDA.
        foreach (var library in (string[])["libc10_cuda.so", "libtorch_cuda.so"])
            NativeLibrary.TryLoad(parts is null ? library : Path.Combine(parts, library), out _);
        LoadRequired(glueFolder, "libtorch.so");
    }

    /// <summary>Loads a part of libtorch.</summary>
    /// <returns>The folder in which it was found; null where the system found it.</returns>
    private static string? LoadRequired(string glueFolder, string library)
    {
        var path = NativeFolders().Prepend(glueFolder).Select(folder => Path.Combine(folder, library)).FirstOrDefault(File.Exists);
        if (NativeLibrary.TryLoad(path ?? library, out _))
            return Path.GetDirectoryName(path);
        throw Failure(
            path is null
                ? $"{library} was not found. The app must reference a libtorch package, such as TorchSharp-cpu or " +
                  "TorchSharp-cuda-linux, or have an installed libtorch 2.10 on LD_LIBRARY_PATH."
                : $"{path} does not load.",
            LoadError(path ?? library));
    }

    /// <summary>Writes the patched image beside the original or, where that folder is read-only, into a per-user cache.</summary>
    private static string WriteCopy(string original, byte[] image)
    {
        var name = $"libLibTorchSharp-{Convert.ToHexStringLower(SHA256.HashData(image))[..16]}.so";
        string[] folders =
        [
            Path.GetDirectoryName(original)!,
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "SelfSup"),
        ];
        Exception? last = null;
        foreach (var folder in folders)
        {
            var copy = Path.Combine(folder, name);
            try
            {
                if (File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(image))
                    return copy;
                Directory.CreateDirectory(folder);
                var temporary = $"{copy}.{Environment.ProcessId}";
                File.WriteAllBytes(temporary, image);
                File.Move(temporary, copy, overwrite: true);
                return copy;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                last = e;
            }
        }
        throw Failure($"The adapted copy {name} could be written to none of: {string.Join(", ", folders)}.", last);
    }

    private static IEnumerable<string> NativeFolders()
    {
        var app = AppContext.BaseDirectory;
        yield return app;
        yield return Path.Combine(app, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        yield return Path.Combine(app, "runtimes", $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "native");
    }

    private static Exception? LoadError(string path)
    {
        try
        {
            NativeLibrary.Load(path);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e;
        }
    }

    private static DllNotFoundException Failure(string what, Exception? cause) =>
        new($"libtorch could not be loaded: {what}{(cause is null ? "" : " " + cause.Message)}", cause);

    /// <summary>The one ELF structure that matters here: the symbol versions that a library asks of others.</summary>
    private static class ElfVersionNeeds
    {
        private const int SectionTypeVersionNeed = 0x6ffffffe; // SHT_GNU_verneed
        private const ushort FlagWeak = 2; // VER_FLG_WEAK

        private static ReadOnlySpan<byte> Magic => [0x7f, (byte)'E', (byte)'L', (byte)'F', 2]; // 2: 64 bits

        /// <summary>
        /// Sets the weak flag on every need of <paramref name="version"/>; false when there is none or this is no ELF64 file.
        /// </summary>
        public static bool MarkWeak(byte[] elf, string version)
        {
            if (elf.Length < 64 || !elf.AsSpan(0, 5).SequenceEqual(Magic))
                return false;
            var found = false;
            var sections = (int)U64(elf, 0x28);
            int sectionSize = U16(elf, 0x3a), sectionCount = U16(elf, 0x3c);
            for (var i = 0; i < sectionCount; i++)
            {
                var section = sections + i * sectionSize;
                if (U32(elf, section + 4) != SectionTypeVersionNeed)
                    continue;
                var names = (int)U64(elf, sections + (int)U32(elf, section + 0x28) * sectionSize + 0x18);
                var need = (int)U64(elf, section + 0x18);
                for (var remaining = U32(elf, section + 0x2c); remaining > 0; remaining--)
                {
                    var auxiliary = need + (int)U32(elf, need + 8);
                    for (int k = U16(elf, need + 2); k > 0; k--)
                    {
                        if (NameAt(elf, names + (int)U32(elf, auxiliary + 8)).SequenceEqual(System.Text.Encoding.ASCII.GetBytes(version)))
                        {
                            BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(auxiliary + 4), FlagWeak);
                            found = true;
                        }
                        auxiliary += (int)U32(elf, auxiliary + 12);
                    }
                    need += (int)U32(elf, need + 12);
                }
            }
            return found;
        }

        private static ReadOnlySpan<byte> NameAt(byte[] elf, int start) =>
            elf.AsSpan(start, Array.IndexOf(elf, (byte)0, start) - start);

        private static ushort U16(byte[] elf, int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(at));

        private static uint U32(byte[] elf, int at) => BinaryPrimitives.ReadUInt32LittleEndian(elf.AsSpan(at));

        private static ulong U64(byte[] elf, int at) => BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(at));
    }
}
