namespace SelfSup.Training;

/// <summary>Keeps a second run out of a folder. The lock is the process's, so it ends with it however it ends; the file stays.</summary>
internal sealed class RunLock : IDisposable
{
    private const int EAgainLinux = 11;
    private const int EAgainMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020); // Windows
    private readonly FileStream file;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="InvalidOperationException">Another run has it.</exception>
    public RunLock(string folder)
    {
        try
        {
            file = new FileStream(Path.Combine(folder, "run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is EAgainLinux or EAgainMac or SharingViolation)
        {
            throw new InvalidOperationException($"Another run is at work in {folder}. Wait for it, or choose another folder.", e);
        }
    }

    public void Dispose() => file.Dispose();
}
