namespace SelfSup.Data.Tests;

/// <summary>A test of what Windows does not have: pipes, links and permissions of Unix.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "Pipes, links and permissions of Unix.";
    }
}
