using System.Runtime.InteropServices;

namespace SelfSup.Distributed;

/// <summary>Cancels a token at the signals by which launchers and job managers ask processes to stop.</summary>
internal sealed class StopSignals
{
    private const int UserSignalOfLinux = 10;
    private const int UserSignalOfMac = 30;
    private readonly CancellationTokenSource stop = new();
    private readonly List<PosixSignalRegistration> registrations = []; // which end with their last reference

    public StopSignals()
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
        if (OperatingSystem.IsLinux())
            registrations.Add(PosixSignalRegistration.Create((PosixSignal)UserSignalOfLinux, Stop));
        else if (OperatingSystem.IsMacOS())
            registrations.Add(PosixSignalRegistration.Create((PosixSignal)UserSignalOfMac, Stop));
    }

    public CancellationToken Token => stop.Token;

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    }
}
