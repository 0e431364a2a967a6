namespace SelfSup.Reliability;

/// <summary>Lets jobs run into a full disk of several sizes, then finishes them on one with room.</summary>
internal static class DiskFullRun
{
    // As .NET words it, and as it does where a file is to have its full length from the start.
    private static readonly string[] errors = ["error: No space left on device", "because the disk was full"];
    private static readonly int[] Kilobytes = [300, 1_500, 4_000];

    public static int Execute(string[] jobs)
    {
        if (!CanMount())
        {
            Console.WriteLine("skipped: a small disk cannot be mounted here; it needs Linux with user namespaces.");
            return 0;
        }
        var (full, wrong) = (0, 0);
        foreach (var job in jobs)
        {
            var reference = Reference.Of(job);
            foreach (var size in Kilobytes)
            {
                // The disk is copied away before its namespace ends, together with what the job said.
                var kept = Directory.CreateTempSubdirectory().FullName;
                var script = $"mount -t tmpfs -o size={size}k tmpfs /mnt && \"$@\"; code=$?; cp -r /mnt/. '{kept}'; exit $code";
                using (var child = new Child(["unshare", "-rm", "bash", "-c", script, job, .. Child.Command(job, "/mnt/run")]))
                {
                    if (child.Wait().ExitCode != 0)
                    {
                        full++;
                        if (!errors.Any(child.Output.Contains))
                            wrong += Tell($"{job} at {size} KB: no clear error, but: {child.Output}");
                    }
                }
                var folder = Path.Combine(kept, "run");
                if (Directory.Exists(folder))
                    Jobs.CheckLeftovers(folder);
                using (var child = new Child(Child.Command(job, folder)))
                {
                    if (child.Wait().ExitCode != 0)
                        wrong += Tell($"{job} at {size} KB does not go on: {child.Output}");
                    else if (reference.Differences(folder) is { Count: > 0 } differences)
                        wrong += Tell($"{job} at {size} KB: {string.Join(", ", differences)} differ.");
                }
                Directory.Delete(kept, recursive: true);
            }
        }
        Console.WriteLine($"{full} full disks met, {wrong} jobs not as an undisturbed one after it.");
        return wrong == 0 ? 0 : 1;
    }

    private static bool CanMount()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/unshare"))
            return false;
        using var child = new Child("unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt");
        return child.Wait().ExitCode == 0;
    }

    private static int Tell(string problem)
    {
        Console.WriteLine(problem);
        return 1;
    }
}
