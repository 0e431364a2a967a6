using System.Globalization;
using System.Text.RegularExpressions;

namespace SelfSup.Distributed.Tests;

/// <summary>Processes over the MPI libraries of this machine: they exchange, learn what one process learns, and end together.</summary>
public partial class MpiTests
{
    private const int Steps = 12;

    public static TheoryData<string> Installed => [.. Launchers.Installed];

    public static TheoryData<string, string> InstalledByTask
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var launcher in Launchers.Installed)
            {
                data.Add(launcher, "rotation");
                data.Add(launcher, "simclr");
            }
            return data;
        }
    }

    [MpiTheory]
    [MemberData(nameof(Installed))]
    public void RanksAddAndBroadcastAndStillCatchNullReferences(string launcher)
    {
        var (output, errors, code) = RanksProgram.Run(launcher, 3, "exchange");
        Assert.True(code == 0, errors);
        Assert.All(Enumerable.Range(0, 3), rank => Assert.Contains(
            $"[{rank}/3] sums 6 and {3 * (1L << 40) + 3}, broadcast 9, 3 null references caught", output));
    }

    [MpiTheory(NeedsNoGpu = true)]
    [MemberData(nameof(Installed))]
    public void WithoutGpusAllRanksRefuseNcclAndNoneWaits(string launcher)
    {
        var (output, errors, code) = RanksProgram.Run(launcher, 2, "connect");
        Assert.True(code == 0, errors);
        Assert.All(Enumerable.Range(0, 2), rank => Assert.Contains($"[{rank}/2] NCCL connects GPUs, and this rank has none.", output));
    }

    [MpiTheory]
    [MemberData(nameof(InstalledByTask))]
    public void TwoRanksComputeTheGradientsOfOneProcess(string launcher, string task)
    {
        var (output, errors, code) = RanksProgram.Run(launcher, 2, "compare", task);
        Assert.True(code == 0, errors);
        var difference = double.Parse(Difference().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(difference, 0, 1e-5);
    }

    [MpiTheory]
    [MemberData(nameof(Installed))]
    public void ASignalStopsAllRanksWithACheckpointAndAnyNumberOfRanksGoesOn(string launcher)
    {
        using var folder = new TemporaryFolder();
        var run = folder["run"];
        foreach (var ranks in new[] { 2, 4 })
        {
            using var program = new RanksProgram(launcher, ranks, ["train", run, "--pause", "30"]);
            program.WaitForNew(Path.Combine(run, "checkpoints"), "step-*.safetensors");
            program.Signal("USR1");
            var (output, errors, code) = program.Wait();
            Assert.True(code == 0, errors);
            Assert.All(Enumerable.Range(0, ranks), rank => Assert.Contains($"[{rank}/{ranks}] stopped", output));
        }
        var (last, lastErrors, lastCode) = RanksProgram.Run(launcher, 1, "train", run);
        Assert.True(lastCode == 0, lastErrors);
        Assert.Contains($"trained {Steps} steps", last);
        Assert.Equal(Steps, File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count());
        Assert.Contains("1 ranks after 4", File.ReadAllText(Path.Combine(run, "report.json")));
    }

    [MpiTheory]
    [MemberData(nameof(Installed))]
    public void AKilledRankEndsAllAndTheRunGoesOnToTheSameEnd(string launcher)
    {
        using var folder = new TemporaryFolder();
        var undisturbed = RanksProgram.Run(launcher, 2, "train", folder["whole"]);
        Assert.True(undisturbed.ExitCode == 0, undisturbed.Errors);

        var killed = RanksProgram.Run(launcher, 2, "train", folder["killed"], "--rank", "1", "--what", "Kill", "--image", "18");
        Assert.NotEqual(0, killed.ExitCode);
        Assert.DoesNotContain("trained", killed.Output);
        var resumed = RanksProgram.Run(launcher, 2, "train", folder["killed"]);
        Assert.True(resumed.ExitCode == 0, resumed.Errors);
        Assert.Equal(EncoderOf(undisturbed.Output), EncoderOf(resumed.Output));
    }

    [MpiTheory]
    [MemberData(nameof(Installed))]
    public void AnErrorOfOneRankEndsAllAndIsKept(string launcher)
    {
        using var folder = new TemporaryFolder();
        var run = folder["run"];
        var (_, errors, code) = RanksProgram.Run(launcher, 2, "train", run, "--rank", "1", "--what", "Throw", "--image", "18");
        Assert.NotEqual(0, code);
        Assert.Contains("rank 1 of 2: The disk of this rank is gone.", errors);
        Assert.Contains("The disk of this rank is gone.", File.ReadAllText(Path.Combine(run, "errors", "rank-1.txt")));
    }

    [MpiTheory]
    [MemberData(nameof(Installed))]
    public void RanksOfDifferentRunsAreRefused(string launcher)
    {
        using var folder = new TemporaryFolder();
        var (_, errors, code) = RanksProgram.Run(launcher, 2, "train", folder["run"], "--rank", "1", "--seed-of-rank", "5");
        Assert.NotEqual(0, code);
        Assert.Contains("seed = 5", errors);
    }

    [MpiTheory]
    [MemberData(nameof(Installed))]
    public void TheLibraryOfAnotherLauncherIsRefused(string launcher)
    {
        if (Launchers.Installed.Count < 2)
            return; // nothing to mistake
        var other = launcher == Launchers.Mpich ? "libmpi.so.40" : "libmpich.so.12";
        using var program = new RanksProgram(launcher, 2, ["exchange"], library: other);
        var (_, errors, code) = program.Wait();
        Assert.NotEqual(0, code);
        Assert.Contains("The launcher started 2 processes", errors);
    }

    private static string EncoderOf(string output) => Encoder().Match(output).Groups[1].Value is { Length: > 0 } hash
        ? hash
        : throw new InvalidDataException($"There is no encoder: {output}");

    [GeneratedRegex(@"relative difference (\S+)")]
    private static partial Regex Difference();

    [GeneratedRegex(@"encoder ([0-9A-F]+)")]
    private static partial Regex Encoder();
}
