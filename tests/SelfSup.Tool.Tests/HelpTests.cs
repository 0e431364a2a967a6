namespace SelfSup.Tool.Tests;

/// <summary>What the tool says of itself, and what completes its command line.</summary>
public sealed class HelpTests
{
    private static readonly string[] names = ["pretrain", "probe", "embed", "select", "duplicates", "suspects", "search", "compare", "report", "export", "predict"];

    public static TheoryData<string> Verbs => [.. names];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void EveryVerbHasHelpWithAnExampleAndExitCodes(string verb)
    {
        var run = ToolRun.Of([verb, "--help"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        ToolRun.AssertNarrow(run.Output);
        var lines = run.Output.Split('\n').Select(line => line.TrimEnd()).ToArray();
        Assert.All(lines, line => Assert.InRange(line.Length, 0, ToolRun.Columns));
        Assert.Contains(lines, line => line.StartsWith($"  selfsup {verb} ", StringComparison.Ordinal) && line.Contains("[options]")); // usage
        Assert.Contains(lines, line => line.StartsWith("Example", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith($"  selfsup {verb} ", StringComparison.Ordinal) && !line.Contains("[options]"));
        Assert.All(["  0 ", "  1 ", "  2 ", "  130 "], code => Assert.Contains(lines, line => line.StartsWith(code, StringComparison.Ordinal)));
        Assert.Contains("--json", run.Output);
        Assert.DoesNotContain("SelfSup.Tool", run.Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void ExamplesAreNoWrongUsage(string verb)
    {
        // What is wrong with an example is at most that its files are not here.
        foreach (var example in ToolRun.Of([verb, "--help"]).Output.Replace("\\\n      ", "").Split('\n').Where(line => line.StartsWith($"  selfsup {verb} ", StringComparison.Ordinal) && !line.Contains('[')))
        {
            var run = ToolRun.Of(example.Trim().Split(' ').Skip(1));
            Assert.Equal(2, run.ExitCode);
            Assert.Matches(" a (file|folder|run folder) that is there", run.Error);
        }
    }

    [Fact]
    public void TheHelpOfTheToolNamesEveryVerb()
    {
        var run = ToolRun.Of(["--help"]);
        Assert.Equal(0, run.ExitCode);
        ToolRun.AssertNarrow(run.Output);
        Assert.All(names, name => Assert.Contains($"\n  {name} ", run.Output));
        Assert.Contains("Exit codes:", run.Output);
    }

    [Theory]
    [InlineData("pre", "predict pretrain")]
    [InlineData("select --method ", "centers dropquery herding typiclust")]
    [InlineData("export --cla", "--classifier")]
    [InlineData("pretrain --encoder vit", "vit_base vit_small vit_tiny")]
    public void CommandLinesAreCompleted(string begun, string expected)
    {
        var run = ToolRun.Of([$"[suggest:{begun.Length}]", begun]);
        Assert.True(run.ExitCode == 0, run.Said);
        Assert.Equal(expected.Split(' '), run.Output.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '-' || line.StartsWith("--cla")));
    }
}
