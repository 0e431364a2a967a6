using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Distributed;

/// <summary>Processes of which each has a GPU, and which exchange what lies there from GPU to GPU, by NVIDIA's NCCL.</summary>
/// <remarks>
/// Not tested: no machine with two GPUs has run it yet. MPI starts the processes, exchanges what lies on the host, and ends them. Work is
/// queued behind what libtorch has queued, so nobody waits for it here. Linux alone.
/// </remarks>
public sealed class NcclGroup : IProcessGroup, IDisposable
{
    private static readonly TimeSpan timeBetweenLooks = TimeSpan.FromSeconds(1);

    private readonly MpiGroup processes;
    private readonly NcclLibrary library;
    private readonly nint group;
    private readonly Timer watch;
    private readonly Lock closing = new();
    private bool isClosed;

    private NcclGroup(MpiGroup processes, NcclLibrary library, nint group)
    {
        (this.processes, this.library, this.group) = (processes, library, group);
        watch = new Timer(_ => Look(), null, timeBetweenLooks, timeBetweenLooks);
    }

    /// <inheritdoc/>
    public int Rank => processes.Rank;

    /// <inheritdoc/>
    public int Size => processes.Size;

    /// <inheritdoc/>
    public int LocalSize => processes.LocalSize;

    /// <summary>Connects the GPUs of processes that were started together; all of them must call it.</summary>
    /// <param name="processes">The processes; <see cref="MpiGroup.Join"/> gave each its GPU, as cuda:0. It stays in use.</param>
    /// <returns>The group, owned by the caller.</returns>
    /// <exception cref="DllNotFoundException">A rank lacks NCCL, which it says if it is this one; SELFSUP_NCCL in the environment names a file.</exception>
    /// <exception cref="InvalidOperationException">A rank has no GPU, two share one, or NCCL reports another error.</exception>
    public static NcclGroup Join(MpiGroup processes)
    {
        ArgumentNullException.ThrowIfNull(processes);
        var library = LoadOnAll(processes);
        using var id = zeros(NcclLibrary.IdBytes, ScalarType.Byte, CPU).DetachFromDisposeScope();
        if (processes.Rank == 0)
            library.CreateId().CopyTo(id.bytes);
        processes.Broadcast(id, root: 0);
        return new NcclGroup(processes, library, library.Join(id.bytes, processes.Rank, processes.Size));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The values are of another type, or not contiguous.</exception>
    public void Sum(Tensor values)
    {
        if (AddressOf(values) is { } start)
            library.AddUp(group, start, values.numel(), NcclLibrary.NumberOf(values.dtype));
        else
            processes.Sum(values);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The values are not contiguous.</exception>
    public void Broadcast(Tensor values, int root)
    {
        if (AddressOf(values) is { } start)
            library.Broadcast(group, start, values.numel() * values.ElementSize, root);
        else
            processes.Broadcast(values, root);
    }

    /// <inheritdoc/>
    public void Abort(Exception error) => processes.Abort(error);

    /// <summary>Which rank of how many this is, over which libraries.</summary>
    public override string ToString() => $"{processes}, {library.Description} between GPUs";

    /// <summary>Leaves the group, after what was queued; all ranks must do so.</summary>
    public void Dispose()
    {
        lock (closing)
        {
            if (isClosed)
                return;
            isClosed = true;
        }
        watch.Dispose();
        library.Leave(group);
    }

    // A rank that went on alone would wait for the others without end.
    private static NcclLibrary LoadOnAll(MpiGroup processes)
    {
        NcclLibrary? library = null;
        Exception? reason = null;
        try
        {
            library = cuda.is_available() ? NcclLibrary.Load() : throw new InvalidOperationException("NCCL connects GPUs, and this rank has none.");
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or InvalidOperationException)
        {
            reason = error;
        }
        using var ready = full(1, library is null ? 0f : 1f, ScalarType.Float32, CPU).DetachFromDisposeScope();
        processes.Sum(ready);
        if (reason is not null)
            throw reason;
        return ready.item<float>() == processes.Size ? library! : throw new InvalidOperationException("Another rank has no GPU or no NCCL, and says so.");
    }

    /// <summary>Where values lie on the GPU; null for those on the host, and of the seldom types of which TorchSharp tells no place.</summary>
    private static nint? AddressOf(Tensor values)
    {
        if (values.device_type != DeviceType.CUDA)
            return null;
        if (!values.is_contiguous())
            throw new ArgumentException("Ranks exchange contiguous tensors.", nameof(values));
        // Asked for another type than theirs, a storage is a copy.
        nint? start = values.dtype switch
        {
            ScalarType.Float32 => values.storage<float>().data_ptr(),
            ScalarType.Float64 => values.storage<double>().data_ptr(),
            ScalarType.Int64 => values.storage<long>().data_ptr(),
            ScalarType.Byte => values.storage<byte>().data_ptr(),
            _ => null,
        };
        return start + (nint)(values.storage_offset() * values.ElementSize);
    }

    // A rank that died, or a connection that broke, would leave the others waiting on their GPUs.
    private void Look()
    {
        lock (closing)
        {
            if (!isClosed && library.ErrorOf(group) is { } error)
                processes.Abort(new InvalidOperationException($"NCCL reports: {error}."));
        }
    }
}
