using System.Runtime.InteropServices;
using System.Text;

namespace SelfSup.Distributed;

/// <summary>The C interface of an MPI library, loaded at run time.</summary>
internal sealed unsafe class MpiLibrary
{
    /// <summary>Names a library's file in the environment, where the one found is not the one wanted.</summary>
    public const string Variable = "SELFSUP_MPI";

    private const int Serialized = 2; // MPI_THREAD_SERIALIZED: calls from any thread, one at a time
    private const int LongestVersion = 8192;
    private const int LongestError = 1024;
    private readonly nint library;
    private readonly SignalHandlers handlers;
    private readonly delegate* unmanaged<nint, nint, int, nint, nint, nint, int> allReduce;
    private readonly delegate* unmanaged<nint, int, nint, int, nint, int> broadcast;

    private MpiLibrary(nint library, SignalHandlers handlers)
    {
        (this.library, this.handlers) = (library, handlers);
        Numbers = MpiNumbers.Of(library);
        allReduce = (delegate* unmanaged<nint, nint, int, nint, nint, nint, int>)Export("MPI_Allreduce");
        broadcast = (delegate* unmanaged<nint, int, nint, int, nint, int>)Export("MPI_Bcast");
        Description = ReadVersion();
    }

    /// <summary>The library's constants.</summary>
    public MpiNumbers Numbers { get; }

    /// <summary>Its name and version.</summary>
    public string Description { get; }

    /// <summary>This process's place.</summary>
    public int Rank => Ask("MPI_Comm_rank");

    /// <summary>How many processes it knows of.</summary>
    public int Size => Ask("MPI_Comm_size");

    /// <summary>Loads the library of the launcher that started this process.</summary>
    /// <exception cref="DllNotFoundException">It is not found.</exception>
    public static MpiLibrary Load()
    {
        var handlers = new SignalHandlers();
        string[] names = [.. FileNames()];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var library))
                return new MpiLibrary(library, handlers);
        }
        throw new DllNotFoundException(
            $"No MPI library is found; tried {string.Join(", ", names)}. Install the one of the launcher, or name its file in {Variable}.");
    }

    /// <summary>Begins; errors are returned from here on, and do not end the process.</summary>
    public void Initialize()
    {
        int provided;
        Check(((delegate* unmanaged<int*, nint, int, int*, int>)Export("MPI_Init_thread"))(null, 0, Serialized, &provided));
        handlers.Restore();
        Check(((delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler"))(Numbers.World, Numbers.ErrorsReturn));
    }

    /// <summary>Adds values over all processes, in place.</summary>
    public void Sum(nint values, int count, nint type) => Check(allReduce(Numbers.InPlace, values, count, type, Numbers.Sum, Numbers.World));

    /// <summary>Gives all processes one's bytes.</summary>
    public void Broadcast(nint values, int bytes, int root) => Check(broadcast(values, bytes, Numbers.Byte, root, Numbers.World));

    /// <summary>Ends this process's part; all others must do so too.</summary>
    public void Complete() => Check(((delegate* unmanaged<int>)Export("MPI_Finalize"))());

    /// <summary>Ends all processes, this one among them.</summary>
    public void Abort() => ((delegate* unmanaged<nint, int, int>)Export("MPI_Abort"))(Numbers.World, 1);

    private static IEnumerable<string> FileNames()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return [named];
        if (OperatingSystem.IsWindows())
            return ["msmpi.dll", "impi.dll"];
        if (OperatingSystem.IsMacOS())
            return ["libmpi.dylib", "libmpi.40.dylib", "libmpi.12.dylib"];
        if (Launcher.IsOpenMpi)
            return ["libmpi.so.40", "libmpi.so"];
        return Launcher.IsHydra
            ? ["libmpi.so.12", "libmpich.so.12", "libmpi.so"]
            : ["libmpi.so", "libmpi.so.40", "libmpi.so.12", "libmpich.so.12"];
    }

    // It may be asked before the library is initialized.
    private string ReadVersion()
    {
        var text = stackalloc byte[LongestVersion];
        int length;
        Check(((delegate* unmanaged<byte*, int*, int>)Export("MPI_Get_library_version"))(text, &length));
        // "Open MPI v4.1.4, package: ...", or "MPICH Version:", tabs, "4.0.2" and more lines.
        var first = Encoding.UTF8.GetString(text, length).Split('\n', ',')[0].Replace("Version:", "", StringComparison.Ordinal);
        return string.Join(' ', first.TrimEnd('\0').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private int Ask(string function)
    {
        int answer;
        Check(((delegate* unmanaged<nint, int*, int>)Export(function))(Numbers.World, &answer));
        return answer;
    }

    private void Check(int code)
    {
        if (code == 0)
            return;
        var text = stackalloc byte[LongestError];
        int length = 0;
        _ = ((delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string"))(code, text, &length);
        throw new InvalidOperationException($"{Description} reports error {code}: {Encoding.UTF8.GetString(text, length)}");
    }

    private nint Export(string name) => NativeLibrary.GetExport(library, name);
}
