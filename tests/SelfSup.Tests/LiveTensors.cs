using static TorchSharp.torch;

namespace SelfSup.Tests;

/// <summary>Counts tensors that live, once what earlier tests left to the finalizer is gone.</summary>
internal static class LiveTensors
{
    public static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }

    /// <summary>Counts without a collection, so that a leak that a finalizer would hide shows.</summary>
    public static long CountAfter(Action action)
    {
        action();
        return Tensor.TotalCount;
    }
}
