namespace SelfSup.Reliability;

/// <summary>Kills jobs at random moments until they get through, and compares what they leave with what undisturbed ones do.</summary>
internal static class KillRun
{
    /// <param name="jobs">The jobs.</param>
    /// <param name="times">Kills in all.</param>
    /// <param name="seed">Decides the moments, and which of several processes is killed.</param>
    /// <param name="launcher">Starts a job as several processes; empty for one.</param>
    public static int Execute(string[] jobs, int times, int seed, string launcher)
    {
        var random = new Random(seed);
        var (kills, restarts, wrong) = (0, 0, 0);
        for (var j = 0; j < jobs.Length; j++)
        {
            var reference = Reference.Of(jobs[j], launcher);
            var (left, killed, runs) = (times / jobs.Length + (j < times % jobs.Length ? 1 : 0), 0, 0);
            var folder = NewFolder();
            while (killed < left || runs == 0)
            {
                using var child = new Child(Child.Command(jobs[j], folder, launcher));
                // Past the usual end too, for the last files are written there.
                if (killed < left && child.KillAfter(reference.Work * (1.05 * random.NextDouble()), random))
                {
                    killed++;
                    Jobs.CheckLeftovers(folder);
                    if (killed < left)
                        continue;
                    using var last = new Child(Child.Command(jobs[j], folder, launcher));
                    wrong += Judge(jobs[j], last, reference, folder);
                    runs++;
                    break;
                }
                wrong += Judge(jobs[j], child, reference, folder);
                runs++;
                Directory.Delete(folder, recursive: true);
                folder = NewFolder();
            }
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            (kills, restarts) = (kills + killed, restarts + runs);
            Console.WriteLine(FormattableString.Invariant($"{jobs[j],-24}{killed,4} kills, {runs} jobs brought to an end, work {reference.Work.TotalSeconds:F1} s"));
        }
        Console.WriteLine($"{kills} kills survived, {restarts} jobs brought to an end, {wrong} of them not as an undisturbed one.");
        return wrong == 0 ? 0 : 1;
    }

    private static int Judge(string job, Child child, Reference reference, string folder)
    {
        var (exitCode, _) = child.Wait();
        if (exitCode != 0)
        {
            Console.WriteLine($"{job}: exit code {exitCode}: {child.Output}");
            return 1;
        }
        var differences = reference.Differences(folder);
        if (differences.Count == 0)
            return 0;
        Console.WriteLine($"{job}: {string.Join(", ", differences)} differ.");
        return 1;
    }

    private static string NewFolder() => Path.Combine(Path.GetTempPath(), $"selfsup-{Guid.NewGuid():N}");
}
