namespace SelfSup.Distributed.Tests;

/// <summary>A test that starts processes by the MPI launchers of the machine; it is skipped where there is none.</summary>
public sealed class MpiTheoryAttribute : TheoryAttribute
{
    public MpiTheoryAttribute() => Skip = Launchers.Installed.Count > 0 ? null : "No mpirun is installed.";
}
