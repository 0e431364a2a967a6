using System.Text.RegularExpressions;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Reports;
using SelfSup.Tasks;
using SelfSup.Training;
using SelfSup.Transfer;

namespace SelfSup.Tests.Reports;

public class RunSectionsTests
{
    [Fact]
    public void ARunIsShownWithItsCurvesPreviewsAndSettings()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(32);
        var result = Pretraining.Run(encoder, [new WeightedTask(new RotationTask())], new ProceduralImages(24), new()
        {
            Epochs = 2,
            BatchSize = 8,
            RunFolder = folder.Path,
            Monitors = [new KnnMonitor(new NamedImages(12, image => $"{image}"))],
        });
        var html = new HtmlReport("Run").AddRun(folder.Path).ToHtml();
        foreach (var metric in new[] { "knn accuracy", "rotation accuracy", "rotation loss", "learning rate" })
            Assert.Single(Regex.Matches(html, $"<figcaption>{metric}</figcaption>"));
        Assert.Contains("alt=\"Preview of the task rotation\"", html);
        Assert.Contains($"<dt>rotation loss</dt><dd>{Figure.Value(result.Metrics["rotation/loss"])}</dd>", html);
        Assert.Contains("<dt>steps</dt><dd>6</dd>", html);
        Assert.Contains("<dt>batch size</dt><dd>8</dd>", html);
        Assert.Contains("<li>", html[html.IndexOf("class=\"warnings\"", StringComparison.Ordinal)..]); // it is a short run
        Assert.All(result.Warnings, warning => Assert.Contains(Html.Of($"<li>{warning.Message}</li>").Text, html));
    }

    [Fact]
    public void ARunThatWasStoppedIsShownAsFarAsItCame()
    {
        using var folder = new TemporaryFolder();
        folder.Write("configuration.json", """{"tasks":["<rotation>"],"encoder.architecture":"convnet","encoder.image_size":32,"images.count":50000,"recipe.clip":null}"""u8);
        folder.Write("metrics.jsonl", """
            {"step":1,"learning_rate":0.1,"t/loss":2.5}
            {"step":2,"learning_rate":0.1,"t/loss":null}
            {"step":3,"learning_rate":0.1,"t/loss":1.5}
            {"step":4,"learn
            """u8);
        var html = new HtmlReport("Run").AddRun(folder.Path).ToHtml();
        Assert.Contains("has not come to its end", html);
        Assert.Contains("&lt;rotation&gt;", html);
        Assert.Contains("from 2.5 at 1 to 1.5 at 3", html);
        Assert.Contains("<dt>images</dt><dd>50,000</dd>", html);
        Assert.DoesNotContain("<dt>clip</dt>", html);
    }

    /// <summary>A run that had ended goes on, and has not come to its new end.</summary>
    [Fact]
    public void AnEndFromWhichTheRunWentOnIsNotItsEnd()
    {
        using var folder = new TemporaryFolder();
        folder.Write("configuration.json", """{"tasks":["t"],"encoder.architecture":"convnet","encoder.image_size":32,"images.count":8}"""u8);
        folder.Write("metrics.jsonl", "{\"step\":1,\"t/loss\":2.5}\n{\"step\":2,\"t/loss\":1.5}\n"u8);
        folder.Write("report.json", """{"steps":2,"metrics":{"t/loss":1.75},"warnings":[],"images":"photos"}"""u8);
        Assert.Contains("<dd>1.75</dd>", new HtmlReport("Run").AddRun(folder.Path).ToHtml());
        folder.Write("metrics.jsonl", "{\"step\":1,\"t/loss\":2.5}\n{\"step\":2,\"t/loss\":1.5}\n{\"step\":3,\"t/loss\":1.25}\n"u8);
        var html = new HtmlReport("Run").AddRun(folder.Path).ToHtml();
        Assert.Contains("has not come to its end", html);
        Assert.Contains("<dd>1.25</dd>", html);
        Assert.DoesNotContain("1.75", html);
    }

    [Fact]
    public void ManyStepsAreCondensedToMeansWithWhatTheyAreOf()
    {
        var metric = RunMetric.Of("t/loss", [.. Enumerable.Range(1, 1000).Select(step => ((long)step, (double)step))]);
        Assert.True(metric.IsCondensed);
        Assert.InRange(metric.Points.Count, 100, 160);
        Assert.Equal(new ChartPoint(7, 4, 1, 7), metric.Points[0]);
        Assert.Equal((1000, 1000), (metric.Points[^1].X, metric.Points[^1].High));
        Assert.False(RunMetric.Of("t/loss", [(1, 0.5)]).IsCondensed);
    }

    [Fact]
    public void WhatIsNoRunIsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("configuration.json", Assert.Throws<ArgumentException>(() => new HtmlReport("Run").AddRun(folder.Path)).Message);
        folder.Write("configuration.json", "{"u8);
        Assert.Contains(folder["configuration.json"], Assert.Throws<InvalidDataException>(() => new HtmlReport("Run").AddRun(folder.Path)).Message);
    }
}
