namespace SelfSup.Distributed.Tests;

/// <summary>A test that starts processes by the MPI launchers of the machine; it is skipped where there is none.</summary>
public sealed class MpiTheoryAttribute : TheoryAttribute
{
    public MpiTheoryAttribute() => Skip = Launchers.Installed.Count > 0 ? null : "No mpirun is installed.";

    /// <summary>Also skipped where there is a GPU of NVIDIA's.</summary>
    public bool NeedsNoGpu
    {
        get;
        set
        {
            field = value;
            if (value && File.Exists("/dev/nvidia0"))
                Skip ??= "There is a GPU.";
        }
    }
}
