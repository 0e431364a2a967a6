using System.Runtime.InteropServices;

namespace SelfSup.Distributed;

/// <summary>
/// Keeps .NET's handlers of faults, which it needs for null references and divisions by zero: UCX, which MPICH and at times Open MPI bring along, puts its own in
/// their place as it is loaded, and the next null reference would end the process (https://github.com/openucx/ucx/issues/3337).
/// </summary>
internal sealed unsafe partial class SignalHandlers
{
    private const int EnoughBytes = 256; // of struct sigaction, which has 152 in glibc
    private static readonly int[] faults = [4, 5, 7, 8, 11]; // SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV of Linux
    private readonly byte[][] before = [.. faults.Select(_ => new byte[EnoughBytes])];

    /// <summary>Remembers the handlers as they are.</summary>
    public SignalHandlers()
    {
        if (!OperatingSystem.IsLinux())
            return;
        for (var i = 0; i < faults.Length; i++)
        {
            fixed (byte* action = before[i])
                _ = Exchange(faults[i], null, action);
        }
    }

    /// <summary>Brings them back.</summary>
    public void Restore()
    {
        if (!OperatingSystem.IsLinux())
            return;
        for (var i = 0; i < faults.Length; i++)
        {
            fixed (byte* action = before[i])
                _ = Exchange(faults[i], action, null);
        }
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int Exchange(int signal, byte* action, byte* before);
}
