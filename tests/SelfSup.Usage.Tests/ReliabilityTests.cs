using System.Text.RegularExpressions;

namespace SelfSup.Usage.Tests;

/// <summary>The quick part of what tests/Reliability does at length.</summary>
public partial class ReliabilityTests
{
    [Fact]
    public void KilledJobsEndAsUndisturbedOnes()
    {
        var (output, error, exitCode) = BuiltProgram.Run("tests/Reliability", "kill", "--times", "6", "--seed", "3", "--job", "rotation", "pack", "export");
        Assert.True(exitCode == 0, output + error);
        Assert.Matches(@"6 kills survived, \d+ jobs brought to an end, 0 of them not as an undisturbed one", output);
    }

    [SmallDiskFact]
    public void AFullDiskLosesNothing()
    {
        var (output, error, exitCode) = BuiltProgram.Run("tests/Reliability", "disk-full", "--job", "rotation");
        Assert.True(exitCode == 0, output + error);
        Assert.NotEqual(0, int.Parse(FullDisks().Match(output).Groups[1].Value));
    }

    [Fact]
    public void MemoryIsSteadyWhileTheSourceChanges()
    {
        var (output, error, exitCode) = BuiltProgram.Run("tests/Reliability", "soak", "--steps", "1500");
        Assert.True(exitCode == 0, output + error);
        Assert.Contains("cancelled in", output);
    }

    [GeneratedRegex(@"(\d+) full disks met, 0 jobs not as an undisturbed one after it")]
    private static partial Regex FullDisks();
}
