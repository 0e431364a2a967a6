using System.Runtime.InteropServices;
using TorchSharp;

namespace SelfSup.Distributed;

/// <summary>
/// The C interface of NCCL, as <c>nccl.h</c> has it: https://docs.nvidia.com/deeplearning/nccl. Calls queue work on libtorch's stream and return.
/// </summary>
internal sealed unsafe class NcclLibrary
{
    /// <summary>Names a library's file in the environment, where the one found is not the one wanted.</summary>
    public const string Variable = "SELFSUP_NCCL";

    /// <summary>Bytes of what a group is told apart by.</summary>
    public const int IdBytes = 128;

    private const int Sum = 0;
    private const int InProgress = 7;
    private const int Bytes = 1;
    private const nint DefaultStream = 0; // libtorch computes on it, and TorchSharp cannot choose another

    private readonly nint library;
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> allReduce;
    private readonly delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> broadcast;
    private readonly delegate* unmanaged<nint, int*, int> getError;

    private NcclLibrary(nint library)
    {
        this.library = library;
        allReduce = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)Export("ncclAllReduce");
        broadcast = (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)Export("ncclBroadcast");
        getError = (delegate* unmanaged<nint, int*, int>)Export("ncclCommGetAsyncError");
        int version;
        Check(((delegate* unmanaged<int*, int>)Export("ncclGetVersion"))(&version));
        Description = $"NCCL {version / 10000}.{version / 100 % 100}.{version % 100}";
    }

    /// <summary>Its name and version.</summary>
    public string Description { get; }

    /// <summary>Finds NCCL in libtorch, which is linked with it, or else as a library of its own.</summary>
    /// <exception cref="DllNotFoundException">It is not found.</exception>
    public static NcclLibrary Load()
    {
        string[] names = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? [named] : ["libtorch_cuda.so", "libnccl.so.2", "libnccl.so"];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "ncclAllReduce", out _))
                return new NcclLibrary(library);
        }
        throw new DllNotFoundException(
            $"NCCL is not found; tried {string.Join(", ", names)}. Install libnccl2, or name its file in {Variable}. "
            + "Without it GPUs exchange over MPI, through the host.");
    }

    /// <summary>Makes what a new group is told apart by, on one rank; all others need the same.</summary>
    public byte[] CreateId()
    {
        UniqueId id;
        Check(((delegate* unmanaged<UniqueId*, int>)Export("ncclGetUniqueId"))(&id));
        return new Span<byte>(id.Bytes, IdBytes).ToArray();
    }

    /// <summary>Joins a group with the GPU that is current; returns when all ranks have.</summary>
    public nint Join(ReadOnlySpan<byte> id, int rank, int size)
    {
        UniqueId unique;
        id.CopyTo(new Span<byte>(unique.Bytes, IdBytes));
        nint group;
        Check(((delegate* unmanaged<nint*, int, UniqueId, int, int>)Export("ncclCommInitRank"))(&group, size, unique, rank));
        return group;
    }

    /// <summary>Adds values over all ranks, in place.</summary>
    public void AddUp(nint group, nint values, long count, int type) =>
        Check(allReduce(values, values, (nuint)count, type, Sum, group, DefaultStream));

    /// <summary>Gives all ranks one's bytes.</summary>
    public void Broadcast(nint group, nint values, long bytes, int root) =>
        Check(broadcast(values, values, (nuint)bytes, Bytes, root, group, DefaultStream));

    /// <summary>What has gone wrong in work that was queued; null if nothing has.</summary>
    public string? ErrorOf(nint group)
    {
        int error;
        var code = getError(group, &error);
        code = code == 0 ? error : code;
        return code is 0 or InProgress ? null : TextOf(code);
    }

    /// <summary>Ends this rank's part, after the work that was queued.</summary>
    public void Leave(nint group) => Check(((delegate* unmanaged<nint, int>)Export("ncclCommDestroy"))(group));

    /// <summary>NCCL's number of a type that it adds up.</summary>
    /// <exception cref="ArgumentException">It is another type.</exception>
    public static int NumberOf(torch.ScalarType type) => type switch
    {
        torch.ScalarType.Int64 => 4,
        torch.ScalarType.Float32 => 7,
        torch.ScalarType.Float64 => 8,
        _ => throw new ArgumentException($"Ranks sum float32, float64 and int64, not {type}.", nameof(type)),
    };

    private void Check(int code)
    {
        if (code is not (0 or InProgress))
            throw new InvalidOperationException($"NCCL reports: {TextOf(code)}. Set NCCL_DEBUG=WARN in the environment to see why.");
    }

    private string TextOf(int code) => Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)Export("ncclGetErrorString"))(code)) ?? $"error {code}";

    private nint Export(string name) => NativeLibrary.GetExport(library, name);

    private struct UniqueId
    {
        public fixed byte Bytes[IdBytes];
    }
}
