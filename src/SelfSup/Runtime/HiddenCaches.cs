using System.Globalization;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace SelfSup.Runtime;

/// <summary>Keeps oneDNN, libtorch's convolutions on CPUs, from crashing in virtual machines that hide the caches of an AMD processor.</summary>
/// <remarks>
/// oneDNN asks CPUID leaf 0x8000001D for the sizes of the caches. Firecracker, and QEMU unless told otherwise, answer with zeros, from
/// which oneDNN, as libtorch 2.10 has it, concludes that each cache holds one byte. Blocks of that size make convolutions divide by zero,
/// end the process or compute gradients from memory that nobody has written. Its record is therefore corrected to what
/// oneDNN itself assumes where it knows nothing; where the record is not found, libtorch is told to do without oneDNN, which is slow.
/// </remarks>
internal static unsafe class HiddenCaches
{
    private const int CacheLeaf = unchecked((int)0x8000001D);
    private const int Levels = 3;
    private const int Capacity = 10; // Xbyak's maxNumberCacheLevels
    private static readonly uint[] Assumed = [32 << 10, 512 << 10, 1 << 20]; // bytes a core

    /// <summary>Does it, once, where it is needed; libtorch must be loaded.</summary>
    public static void Correct()
    {
        if (OperatingSystem.IsLinux() && AreHidden)
            _ = Corrected.Value;
    }

    private static bool AreHidden =>
        X86Base.IsSupported
        && X86Base.CpuId(0, 0) is { Ebx: 0x68747541, Edx: 0x69746e65, Ecx: 0x444d4163 } // "AuthenticAMD"
        && (uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax >= unchecked((uint)CacheLeaf)
        && (X86Base.CpuId(CacheLeaf, 0).Eax & 31) == 0; // no cache at all

    private static readonly Lazy<bool> Corrected = new(() =>
    {
        TorchContext.Set("20setUserEnabledNNPACKEb", false); // it finds no caches either, and warns of that on the console again and again
        LetOneDnnReadThem();
        if (FindRecord() is var record and not 0)
            Assumed.CopyTo(new Span<uint>((void*)record, Levels));
        else
            TorchContext.Set("20setUserEnabledMkldnnEb", false);
        return true;
    });

    /// <summary>oneDNN fills its record at the first convolution; this one is too small to be cut into blocks.</summary>
    private static void LetOneDnnReadThem()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        nn.functional.conv2d(zeros(1, 16, 8, 8, device: CPU), zeros(16, 16, 3, 3, device: CPU));
    }

    /// <summary>Finds the one place in libtorch's zero-initialized data that reads: sizes 1, 1, 1, shared by as many cores each, 3 levels.</summary>
    /// <returns>Its address; 0 when there is none or more than one.</returns>
    private static nint FindRecord()
    {
        nint found = 0;
        foreach (var (start, end) in ZeroInitializedData("libtorch_cpu.so"))
        {
            for (var place = (uint*)start; place + 2 * Capacity < (uint*)end; place++)
            {
                if (!IsRecord(new ReadOnlySpan<uint>(place, 2 * Capacity + 1)))
                    continue;
                if (found != 0)
                    return 0;
                found = (nint)place;
            }
        }
        return found;
    }

    private static bool IsRecord(ReadOnlySpan<uint> words) =>
        words[..Levels].IndexOfAnyExcept(1u) < 0
        && words[Levels..Capacity].IndexOfAnyExcept(0u) < 0
        && words[Capacity..(Capacity + Levels)].IndexOfAnyExceptInRange(1u, 4096u) < 0
        && words[(Capacity + Levels)..(2 * Capacity)].IndexOfAnyExcept(0u) < 0
        && words[2 * Capacity] == Levels;

    private static IEnumerable<(nint Start, nint End)> ZeroInitializedData(string library)
    {
        // "7f00-7f10 r--p 00000000 08:01 123 /folder/libtorch_cpu.so": the line with offset 0 has the ELF header.
        var first = File.ReadLines("/proc/self/maps").FirstOrDefault(line =>
            line.EndsWith("/" + library, StringComparison.Ordinal) && line.Contains(" 00000000 ", StringComparison.Ordinal));
        return first is null ? [] : WritableTails(nint.Parse(first.AsSpan(0, first.IndexOf('-')), NumberStyles.HexNumber));
    }

    /// <summary>What the loadable, writable segments of a loaded ELF64 file take in memory beyond the file's bytes.</summary>
    private static List<(nint Start, nint End)> WritableTails(nint image)
    {
        var tails = new List<(nint, nint)>();
        var (table, size, count) = (image + *(nint*)(image + 0x20), *(ushort*)(image + 0x36), *(ushort*)(image + 0x38));
        for (var header = table; header < table + size * count; header += size)
        {
            var (type, flags) = (*(uint*)header, *(uint*)(header + 4));
            var (address, inFile, inMemory) = (image + *(nint*)(header + 16), *(nint*)(header + 32), *(nint*)(header + 40));
            if (type == 1 && (flags & 2) != 0 && inMemory > inFile)
                tails.Add(((address + inFile + 3) & ~(nint)3, address + inMemory));
        }
        return tails;
    }
}
