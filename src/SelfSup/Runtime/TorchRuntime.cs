using System.Runtime.InteropServices;
using TorchSharp;

namespace SelfSup.Runtime;

/// <summary>Process-wide settings that an app may choose; the library never makes them by itself.</summary>
public static partial class TorchRuntime
{
    private const int TrimThreshold = -1; // M_TRIM_THRESHOLD
    private const int MmapThreshold = -3; // M_MMAP_THRESHOLD
    private const int LargestFromHeap = 32 << 20; // bytes

    /// <summary>
    /// Prepares the process for training on CPUs, which becomes a few percent to a tenth faster. Call it before the first tensor. The C library keeps
    /// the freed memory of tensors under 32 MB instead of giving it back after every step, and idle threads of libtorch go
    /// to sleep after some microseconds, which leaves their processors to those that decode images. It costs up to some hundred
    /// megabytes of resident memory.
    /// </summary>
    /// <remarks>
    /// Sets glibc's M_MMAP_THRESHOLD and M_TRIM_THRESHOLD, and the variable GOMP_SPINCOUNT (GNU OpenMP) where the environment does not have it.
    /// Larger tensors are left to the system: glibc, at least up to 2.36, finds no use for most of the aligned blocks that it has freed, and
    /// would take new memory for them at every step. For the same reason libtorch is not asked for huge pages here. Where memory is
    /// plentiful, THP_MEM_ALLOC_ENABLE=1 in the environment does that.
    /// </remarks>
    /// <returns>True on Linux with glibc, where it takes effect; false elsewhere, where nothing is changed.</returns>
    public static bool TuneForTraining()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            return SetAllocatorOption(MmapThreshold, LargestFromHeap) == 1
                & SetAllocatorOption(TrimThreshold, int.MaxValue) == 1
                & SetEnvironment("GOMP_SPINCOUNT", "1000", overwrite: 0) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false; // another C library, such as musl
        }
    }

    /// <summary>
    /// Prepares the process for answering one image at a time, as apps do: every call computes on the thread that it came on. By default
    /// libtorch splits each operation among all processors and waits for the last; on a machine that does other work too, or answers
    /// several calls at once, that makes most calls many times slower. Call it before the first tensor; not in a process that trains.
    /// </summary>
    /// <remarks>Sets libtorch's number of threads to 1. Threads that have computed with it before keep the number that they had.</remarks>
    public static void TuneForInference() => torch.set_num_threads(1);

    /// <summary>
    /// Asks libtorch to compute every operation in a form that gives the same bits each time. Call it before the first tensor. On CPUs
    /// nothing changes: there the same seed gives the same bits without it, on the same processor with as many threads.
    /// </summary>
    /// <remarks>
    /// <para>
    /// On CUDA sums by atomic additions come in any order, so that runs of one seed differ in the last digits: the gradients of
    /// convolutions that cuDNN may choose, <c>index_add</c>, <c>scatter_add</c>, and the gradients of <c>index_select</c> and
    /// <c>gather</c>. These have a deterministic form, which this takes, and which is slower. The gradients of bilinear and bicubic
    /// <c>interpolate</c>, of <c>adaptive_avg_pool2d</c> and <c>3d</c>, of <c>max_pool3d</c> and of padding by reflection, and
    /// <c>cumsum</c> of fractions have none.
    /// </para>
    /// <para>
    /// Sets the switches for deterministic algorithms and for cuDNN, and the variable CUBLAS_WORKSPACE_CONFIG to :4096:8 where the
    /// environment does not have it, without which cuBLAS has no deterministic form.
    /// </para>
    /// </remarks>
    /// <param name="strict">
    /// Whether an operation without a deterministic form throws. By default libtorch warns of it on the error stream and goes on.
    /// </param>
    /// <returns>True on Linux and macOS, where libtorch can be asked; false elsewhere, where nothing is changed.</returns>
    public static bool UseDeterministicAlgorithms(bool strict = false)
    {
        if (OperatingSystem.IsLinux())
            _ = SetEnvironment("CUBLAS_WORKSPACE_CONFIG", ":4096:8", overwrite: 0);
        return TorchContext.SetDeterministic(true, warnOnly: !strict);
    }

    // .NET's own variables are a copy, which native libraries do not see.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetAllocatorOption(int option, int value);
}
