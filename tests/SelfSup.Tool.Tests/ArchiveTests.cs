using System.Formats.Tar;
using System.Text.Json;

namespace SelfSup.Tool.Tests;

/// <summary>The verbs that look through images take archives and lists as they take folders.</summary>
public sealed class ArchiveTests : IClassFixture<ToolFolder>
{
    private const string Encoder = "--encoder @encoder.safetensors";
    private readonly ToolFolder folder;

    public ArchiveTests(ToolFolder folder)
    {
        this.folder = folder;
        if (File.Exists(folder["photos.tar"]))
            return;
        TarFile.CreateFromDirectory(folder["photos"], folder["photos.tar"], includeBaseDirectory: false);
        File.WriteAllLines(folder["list.txt"], Directory.GetFiles(folder["photos/left"], "0*.png"));
    }

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
        AssertRefused($"select {Encoder} --images @photos.tar --copies @copies", "give --list");
        AssertRefused("duplicates --images @photos.tar", "give --encoder");
        Assert.False(Directory.Exists(folder["copies"]));
        AssertRefused($"search @photos/left/002.png --images @absent.tar {Encoder}", "--images is ");
    }

    private void AssertRefused(string commandLine, string reason)
    {
        var run = ToolRun.Of(folder.Words(commandLine));
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(reason, run.Error);
    }

    private JsonElement Run(string commandLine)
    {
        var run = ToolRun.Of([.. folder.Words(commandLine), "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Document;
    }
}
