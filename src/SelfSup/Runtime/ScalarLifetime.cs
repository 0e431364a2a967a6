using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SelfSup.Runtime;

/// <summary>Keeps numbers alive that TorchSharp hands to libtorch, such as the 2 of <c>tensor.mul(2)</c>, until libtorch has read them.</summary>
/// <remarks>
/// TorchSharp 0.107 wraps every such number in an object that nothing holds during the call. A garbage collection at that moment lets the
/// finalizer free it under libtorch's hands, which reads rubbish or fails with "Expected false to be true". The glue library's function
/// that frees them is therefore sent here, where the last some thousands wait: seconds, where a call takes milliseconds. On Linux and
/// Windows for x64; elsewhere, and where code may not be changed, all stays as it is.
/// </remarks>
internal static unsafe class ScalarLifetime
{
    private const int Waiting = 1 << 14; // a power of two
    private const int PageSize = 4096;
    private const int ReadExecute = 5, ReadWriteExecute = 7; // PROT_*
    private const uint PageExecuteReadWrite = 0x40; // PAGE_*
    private static readonly nint* places = (nint*)NativeMemory.AllocZeroed(Waiting, (nuint)sizeof(nint));
    private static int next;
    private static delegate* unmanaged<nint, void> free;

    /// <summary>Does it, once; the glue library must be loaded.</summary>
    /// <param name="glue">The loaded glue library.</param>
    /// <returns>Whether numbers are kept.</returns>
    public static bool Extend(nint glue) => RuntimeInformation.ProcessArchitecture == Architecture.X64 && Redirect(glue);

    private static bool Redirect(nint glue)
    {
        // C++'s delete, by which the glue frees them itself; on Windows it is a part of the glue and calls this.
        var (library, name) = OperatingSystem.IsWindows() ? ("ucrtbase.dll", "free") : ("libstdc++.so.6", "_ZdlPv");
        if (!NativeLibrary.TryGetExport(glue, "THSTorch_dispose_scalar", out var function)
            || !NativeLibrary.TryLoad(library, out var runtime)
            || !NativeLibrary.TryGetExport(runtime, name, out var delete)
            || function % Vector128<byte>.Count != 0)
            return false;
        free = (delegate* unmanaged<nint, void>)delete;
        // mov rax, Keep; jmp rax: in one store, for another thread may be about to run it.
        Span<byte> code = stackalloc byte[Vector128<byte>.Count];
        new ReadOnlySpan<byte>((void*)function, code.Length).CopyTo(code);
        (code[0], code[1], code[10], code[11]) = (0x48, 0xB8, 0xFF, 0xE0);
        MemoryMarshal.Write(code[2..], (nint)(delegate* unmanaged<nint, void>)&Keep);
        return OperatingSystem.IsWindows() ? WriteOnWindows(function, code) : Write(function, code);
    }

    private static bool Write(nint function, ReadOnlySpan<byte> code)
    {
        var page = function & ~(nint)(PageSize - 1);
        if (Protect(page, PageSize, ReadWriteExecute) != 0)
            return false;
        Vector128.Create(code).StoreAligned((byte*)function);
        return Protect(page, PageSize, ReadExecute) == 0;
    }

    private static bool WriteOnWindows(nint function, ReadOnlySpan<byte> code)
    {
        if (VirtualProtect(function, (nuint)code.Length, PageExecuteReadWrite, out var before) == 0)
            return false;
        Vector128.Create(code).StoreAligned((byte*)function);
        return VirtualProtect(function, (nuint)code.Length, before, out _) != 0;
    }

    [UnmanagedCallersOnly]
    private static void Keep(nint scalar)
    {
        var place = Interlocked.Increment(ref next) & (Waiting - 1);
        var oldest = Interlocked.Exchange(ref places[place], scalar);
        if (oldest != 0)
            free(oldest);
    }

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(nint address, nuint length, int protection);

    [DllImport("kernel32")]
    private static extern int VirtualProtect(nint address, nuint length, uint protection, out uint before);
}
