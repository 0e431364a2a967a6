using System.Diagnostics;

namespace SelfSup.Usage.Tests;

/// <summary>A test that mounts a small disk of its own, which Linux allows in a user namespace.</summary>
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!CanMount())
            Skip = "A small disk cannot be mounted here; it needs Linux with user namespaces.";
    }

    private static bool CanMount()
    {
        if (!File.Exists("/usr/bin/unshare"))
            return false;
        using var mount = Process.Start(new ProcessStartInfo("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        {
            RedirectStandardError = true,
        })!;
        mount.WaitForExit();
        return mount.ExitCode == 0;
    }
}
