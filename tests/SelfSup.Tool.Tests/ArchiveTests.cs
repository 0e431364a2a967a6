using System.Text.Json;

namespace SelfSup.Tool.Tests;

/// <summary>The verbs that look through images take archives and lists as they take folders.</summary>
public sealed class ArchiveTests(ToolFolder folder) : IClassFixture<ToolFolder>
{
    private const string Encoder = "--encoder @encoder.safetensors";

    [Theory]
    [InlineData("@photos.tar")]
    [InlineData("@list.txt")]
    public void SearchSelectAndDuplicatesLookThroughThem(string images)
    {
        var found = Run($"search @photos/left/002.png --images {images} {Encoder} --count 3");
        Assert.EndsWith("left/002.png", found.GetProperty("results")[0].GetProperty("hits")[0].GetProperty("image").GetString());

        var chosen = Run($"select {Encoder} --images {images} --count 4").GetProperty("chosen").EnumerateArray().Select(name => name.GetString());
        Assert.Equal(4, chosen.Distinct().Count());

        var groups = Run($"duplicates {Encoder} --images {images} --test @photos").GetProperty("groups").EnumerateArray();
        Assert.Equal(images == "@photos.tar", groups.Any(group => group.GetProperty("images").EnumerateArray().Any(name => name.GetString()!.EndsWith("right/copy.png"))));
    }

    [Fact]
    public void WhatNeedsFilesOfTheirOwnSaysSo()
    {
        AssertRefused($"select {Encoder} --images @photos.tar --copies @copies", 1, "give --list");
        AssertRefused("duplicates --images @photos.tar", 1, "give --encoder");
        Assert.False(Directory.Exists(folder["copies"]));
        AssertRefused($"search @photos/left/002.png --images @absent.tar {Encoder}", 2, "--images is ");
    }

    private void AssertRefused(string commandLine, int exitCode, string reason)
    {
        var run = ToolRun.Of(folder.Words(commandLine));
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(reason, run.Error);
    }

    private JsonElement Run(string commandLine)
    {
        var run = ToolRun.Of([.. folder.Words(commandLine), "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Document;
    }
}
