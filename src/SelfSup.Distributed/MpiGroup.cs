using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Distributed;

/// <summary>The processes that <c>mpirun</c>, <c>srun</c> or <c>mpiexec</c> started together, over the MPI library that is theirs.</summary>
/// <remarks>
/// Open MPI, MPICH and those of its kin (Intel MPI, MVAPICH, Cray MPICH), and Microsoft MPI, loaded at run time. Tensors on GPUs go through the
/// host; <see cref="NcclGroup"/> connects them. When the program ends with exit code 0, so does MPI; with another, and by an exception that nobody
/// catches, all ranks end.
/// </remarks>
public sealed class MpiGroup : IProcessGroup
{
    private const long LargestPiece = 1 << 27; // elements, whose bytes a span can count
    private static readonly Lazy<MpiGroup> joined = new(() => new MpiGroup());
    private static readonly TimeSpan timeToWrite = TimeSpan.FromSeconds(0.2);
    private readonly MpiLibrary? library;
    private readonly Lazy<StopSignals> signals = new();

    private MpiGroup()
    {
        if (Launcher.Size is not > 1)
            return;
        VisibleGpu.Take(Launcher.LocalRank);
        library = MpiLibrary.Load();
        library.Initialize();
        AppDomain.CurrentDomain.UnhandledException += (_, e) => End(((Exception)e.ExceptionObject).ToString());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Leave();
        (Rank, Size) = (library.Rank, library.Size);
        Launcher.RequireSize(Size, library.Description);
        RequireSum();
        LocalSize = CountSharing();
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null)
            set_num_threads(Math.Max(1, Environment.ProcessorCount / LocalSize));
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; } = 1;

    /// <inheritdoc/>
    public int LocalSize { get; } = 1;

    /// <summary>
    /// Joins the processes that were started together with this one; a process that was started by itself is a group of one, and no MPI library
    /// is looked for. libtorch gets this rank's part of the processors, unless OMP_NUM_THREADS says otherwise, and where there are several GPUs sees
    /// one of them, as cuda:0. Call it first thing in a program.
    /// </summary>
    /// <returns>The group, the same one however often this is called.</returns>
    /// <exception cref="DllNotFoundException">No MPI library is found; SELFSUP_MPI in the environment names one.</exception>
    /// <exception cref="InvalidOperationException">The library found is not that of the launcher, or reports an error.</exception>
    public static MpiGroup Join() => joined.Value;

    /// <summary>
    /// Takes SIGTERM and SIGUSR1 over: either stops a run that is given the token after its step, with a checkpoint, on all ranks. Launchers
    /// pass SIGUSR1 on and wait, where Open MPI kills a second after SIGTERM. On Windows there is no SIGUSR1. A second signal ends the process.
    /// </summary>
    /// <returns>The token that a signal cancels, the same one at every call.</returns>
    public CancellationToken StopOnSignals() => signals.Value.Token;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The values are of another type.</exception>
    public void Sum(Tensor values)
    {
        if (library is not { } mpi)
            return;
        var type = values.dtype switch
        {
            ScalarType.Float32 => mpi.Numbers.Float,
            ScalarType.Float64 => mpi.Numbers.Double,
            ScalarType.Int64 => mpi.Numbers.LongLong,
            _ => throw new ArgumentException($"Ranks sum float32, float64 and int64, not {values.dtype}.", nameof(values)),
        };
        OnHost(values, host => Pieces(host, (bytes, count) => mpi.Sum(bytes, count, type)));
    }

    /// <inheritdoc/>
    public void Broadcast(Tensor values, int root)
    {
        if (library is { } mpi)
            OnHost(values, host => Pieces(host, (bytes, count) => mpi.Broadcast(bytes, count * (int)host.ElementSize, root)));
    }

    /// <summary>Does work on the first rank, and when it is done there on the others, such as to make a file that these then open.</summary>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <param name="work">The work.</param>
    /// <returns>What this rank's work gave.</returns>
    public async Task<T> FirstThenOthersAsync<T>(Func<Task<T>> work)
    {
        using var turn = zeros(1, ScalarType.Float32, CPU).DetachFromDisposeScope();
        if (Rank > 0)
            Sum(turn);
        var result = await work().ConfigureAwait(false);
        if (Rank == 0)
            Sum(turn);
        return result;
    }

    /// <inheritdoc/>
    public void Abort(Exception error) => End(error.Message);

    /// <summary>Which rank of how many this is, over which library.</summary>
    public override string ToString() => library is null ? "rank 0 of 1" : $"rank {Rank} of {Size} ({library.Description})";

    private static void OnHost(Tensor values, Action<Tensor> act)
    {
        if (!values.is_contiguous())
            throw new ArgumentException("Ranks exchange contiguous tensors.", nameof(values));
        if (values.device_type == DeviceType.CPU)
        {
            act(values);
            return;
        }
        using var noGrad = no_grad();
        using var host = values.cpu();
        act(host);
        values.copy_(host);
    }

    private static unsafe void Pieces(Tensor values, Action<nint, int> act)
    {
        using var flat = values.view(-1);
        for (var start = 0L; start < flat.shape[0]; start += LargestPiece)
        {
            using var piece = flat.narrow(0, start, Math.Min(LargestPiece, flat.shape[0] - start));
            fixed (byte* bytes = piece.bytes)
                act((nint)bytes, (int)piece.shape[0]);
        }
    }

    // Numbers of another library's handles would not fail but give nonsense.
    private void RequireSum()
    {
        using var ones = torch.ones(1, ScalarType.Float32, CPU).DetachFromDisposeScope();
        Sum(ones);
        if (ones.item<float>() != Size)
            throw new InvalidOperationException($"{library!.Description} cannot add: {Size} ones give {ones.item<float>()}. Name another library in SELFSUP_MPI.");
    }

    /// <summary>Counts the ranks of this machine that may run on the same processors: bound ranks share them with nobody.</summary>
    private int CountSharing()
    {
        var place = Environment.MachineName + Launcher.AllowedProcessors;
        var places = new long[Size];
        places[Rank] = BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(place)));
        using var all = tensor(places, device: CPU).DetachFromDisposeScope();
        Sum(all);
        return all.data<long>().ToArray().Count(other => other == places[Rank]);
    }

    // Only when this rank ended well: in the midst of a failure the others would be waited for without end.
    private void Leave()
    {
        if (Environment.ExitCode == 0)
            library!.Complete();
    }

    private void End(string message)
    {
        if (library is null)
            return;
        // The program ends here, so there is nobody to report to. Launchers lose what is not written a moment before.
#pragma warning disable RS0030
        Console.Error.WriteLine($"rank {Rank} of {Size}: {message}");
        Console.Error.Flush();
        Thread.Sleep(timeToWrite);
#pragma warning restore RS0030
        library.Abort();
    }
}
