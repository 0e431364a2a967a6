using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SelfSup.Data;
using SelfSup.Files;

namespace SelfSup.Tool.Tests;

/// <summary>Every verb at work on a few images: what it writes, says and answers by <c>--json</c>.</summary>
public sealed class VerbTests(ToolFolder folder) : IClassFixture<ToolFolder>
{
    private const string Damaged = "left/damaged.png";
    private const string Encoder = "--encoder @encoder.safetensors";
    private const int Readable = 25;

    [Fact]
    public void PretrainWritesAnEncoderAndRefusesToWriteItAgain()
    {
        const string commandLine = "pretrain --images @photos --encoder convnet --size 32 --batch 8 --epochs 1 --knn @photos --output @run";
        var document = Run(commandLine, json: true).Document;
        Assert.Equal(folder["run/encoder.safetensors"], document.GetProperty("encoder_file").GetString());
        Assert.Equal(folder["run"], document.GetProperty("run_folder").GetString());
        Assert.True(document.GetProperty("steps").GetInt64() >= 3);
        Assert.True(document.GetProperty("metrics").GetProperty("rotation/loss").GetDouble() > 0);
        Assert.True(document.GetProperty("metrics").TryGetProperty("knn/accuracy", out _));
        Assert.NotEmpty(document.GetProperty("warnings").EnumerateArray());
        AssertDamaged(document);
        using var encoder = EncoderFile.Load(folder["run/encoder.safetensors"]);
        Assert.Equal(32, encoder.ImageSize);

        var again = ToolRun.Of(folder.Words(commandLine));
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("holds an earlier run that is finished", again.Error);

        var report = Run("report @run --images @photos", json: true).Document;
        Assert.Equal(folder["run/report.html"], report.GetProperty("file").GetString());
        AssertDamaged(report);
        Assert.Contains("rotation", File.ReadAllText(folder["run/report.html"]));
        var twice = ToolRun.Of(folder.Words("report @run"));
        Assert.Equal(1, twice.ExitCode);
        Assert.Contains("report.html is there already", twice.Error);
        Assert.NotEmpty(Run("report @run --output @other.html", json: false).Output);
        Assert.Contains("Wrote ", Run("export --encoder @run --output @run.onnx", json: false).Output);
        var resumed = Run(commandLine.Replace("--epochs 1", "--epochs 2 --resume"), json: false);
        Assert.Contains("Done after ", resumed.Output);
    }

    [Fact]
    public void ProbeReportsAndSavesAClassifier()
    {
        var run = Run($"probe {Encoder} --train @photos --test @photos --save @probed.safetensors --report @probe.html", json: true);
        var report = run.Document.GetProperty("report");
        Assert.Equal("convnet", report.GetProperty("architecture").GetString());
        Assert.InRange(report.GetProperty("best").GetProperty("test_accuracy").GetDouble(), 0, 1);
        Assert.Equal(folder["probed.safetensors"], run.Document.GetProperty("classifier").GetString());
        Assert.Contains("Linear probe of convnet at 32 px", run.Error);
        AssertHtml(run, "probe.html");
        Assert.Equal([Damaged, Damaged], run.Document.GetProperty("unreadable").EnumerateArray().Select(failure => failure.GetProperty("name").GetString()));
        Assert.Contains("2 images could not be read:", run.Error);
        var few = Run($"probe {Encoder} --train @photos --test @photos --labels 16 --unlabeled @photos", json: false).Output;
        Assert.Contains("Linear probe of convnet at 32 px", few);
        Assert.Contains($"centered by the mean of {Readable} unlabeled images", few);
        Assert.Matches("[23] images could not be read", few); // whether the damaged one is among the 16 is a draw
        Assert.NotEmpty(Run("predict @photos/left/000.png --classifier @probed.safetensors", json: false).Output);
        var transfer = Run($"probe {Encoder} --train @photos --test @photos --transfer", json: false).Output;
        Assert.All(["nearest neighbors", "effective rank", "labels a class"], title => Assert.Contains(title, transfer));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("npy")]
    [InlineData("safetensors")]
    public void EmbedWritesARowAnImage(string kind)
    {
        var document = Run($"embed {Encoder} --images @photos --output @features.{kind} --names @names-{kind}.txt", json: true).Document;
        Assert.Equal(folder[$"features.{kind}"], document.GetProperty("file").GetString());
        Assert.Equal(Readable, document.GetProperty("images").GetInt32());
        Assert.Equal("pooled", document.GetProperty("layer").GetString());
        AssertDamaged(document);
        var length = document.GetProperty("features").GetInt32();
        var names = File.ReadAllLines(folder[$"names-{kind}.txt"]);
        Assert.Equal(Readable, names.Length);
        Assert.DoesNotContain(Damaged, names);
        switch (kind)
        {
            case "csv":
                var rows = File.ReadAllLines(folder["features.csv"]).Select(line => line.Split(',')).ToArray();
                Assert.Equal(names, rows.Skip(1).Select(row => row[0]));
                Assert.All(rows, row => Assert.Equal(length + 1, row.Length));
                break;
            case "npy":
                var bytes = File.ReadAllBytes(folder["features.npy"]);
                Assert.Equal(Readable * length * sizeof(float), bytes.Length - 10 - BitConverter.ToUInt16(bytes, 8));
                break;
            default:
                using (var encoder = EncoderFile.Load(folder["encoder.safetensors"]))
                    Assert.Equal(encoder.FeatureCount, length);
                Assert.True(new FileInfo(folder["features.safetensors"]).Length > Readable * length * sizeof(float));
                break;
        }
    }

    [Fact]
    public void SelectChoosesAndHandsOver()
    {
        var document = Run($"select {Encoder} --images @photos --count 5 --list @list.csv --copies @copies --links @links --report @select.html", json: true).Document;
        string[] chosen = [.. document.GetProperty("chosen").EnumerateArray().Select(name => name.GetString()!)];
        Assert.Equal(5, chosen.Distinct().Count());
        Assert.Contains("000", File.ReadAllText(folder["select.html"]));
        Assert.Equal(folder["select.html"], document.GetProperty("html").GetString());
        Assert.Equal("herding", document.GetProperty("method").GetString());
        AssertDamaged(document);
        Assert.Equal(chosen.Select(name => name + ","), File.ReadAllLines(folder["list.csv"]).Skip(1));
        Assert.Equal(5, Directory.GetFiles(folder["copies"]).Length);
        Assert.All(Directory.GetFiles(folder["links"]), file => Assert.NotNull(new FileInfo(file).LinkTarget));

        // A second round goes on from the list, filled in.
        File.WriteAllLines(folder["filled.csv"], ["image,label", .. chosen.Select(name => $"{name},{name.Split('/')[0]}")]);
        var more = Run($"select {Encoder} --images @photos --count 5 --labels @filled.csv", json: false);
        Assert.All(chosen, name => Assert.DoesNotContain($"  {name}\n", more.Output));

        // Or from the copies, sorted.
        var unsorted = ToolRun.Of(folder.Words($"select {Encoder} --images @photos --labels @copies"));
        Assert.Equal(1, unsorted.ExitCode);
        Assert.Contains("Move its images into a sub-folder for each class", unsorted.Error);
        Directory.CreateDirectory(folder["copies/some class"]);
        foreach (var file in Directory.GetFiles(folder["copies"]))
            File.Move(file, Path.Combine(folder["copies/some class"], Path.GetFileName(file)));
        Assert.Equal(ChosenBy("@filled.csv"), ChosenBy("@copies"));

        string[] ChosenBy(string labels) => [.. Run($"select {Encoder} --images @photos --count 5 --labels {labels}", json: true)
            .Document.GetProperty("chosen").EnumerateArray().Select(name => name.GetString()!)];
    }

    [Fact]
    public void DuplicatesNamesCopiesWithAnEncoderAndWithout()
    {
        foreach (var options in new[] { "", $"{Encoder} --test @photos" })
        {
            var document = Run($"duplicates --images @photos {options}", json: true).Document;
            var group = document.GetProperty("groups").EnumerateArray().First();
            Assert.Equal("file", group.GetProperty("match").GetString());
            Assert.Equal(["left/000.png", "right/copy.png"], group.GetProperty("images").EnumerateArray().Select(name => name.GetString()));
            Assert.Equal("left/000.png", group.GetProperty("keep").GetString());
            Assert.Equal(options.Length == 0 ? 0 : Readable, document.GetProperty("leaks").GetArrayLength());
        }
        AssertDamaged(Run($"duplicates --images @photos {Encoder}", json: true).Document);
        Run($"duplicates --images @photos {Encoder} --test @photos --report @duplicates.html", json: true);
        Assert.Contains("copy.png", File.ReadAllText(folder["duplicates.html"]));
        Assert.Contains("Test images among training images", File.ReadAllText(folder["duplicates.html"]));
        Assert.Contains("the same file: left/000.png, right/copy.png", Run("duplicates --images @photos", json: false).Output);
        Directory.CreateDirectory(folder["single"]);
        File.Copy(folder["photos/left/000.png"], folder["single/000.png"]);
        Assert.Contains("No picture is there twice among 1 images", Run("duplicates --images @single", json: false).Output);
    }

    [Fact]
    public void SuspectsNamesAWrongLabel()
    {
        for (var i = 0; i < 24; i++)
            DrawColor(i % 2 == 0 ? $"colors/red/{i:D3}.png" : $"colors/blue/{i:D3}.png", isRed: i % 2 == 0, seed: i);
        DrawColor("colors/red/wrong.png", isRed: false, seed: 99);
        File.WriteAllText(folder["colors/red/damaged.png"], "no picture");
        var run = Run($"suspects {Encoder} --labeled @colors --report @suspects.html", json: true);
        Assert.Equal(25, run.Document.GetProperty("images").GetInt32());
        Assert.InRange(run.Document.GetProperty("accuracy").GetDouble(), 0.7, 0.97); // the wrong one is not given back
        var suspects = run.Document.GetProperty("suspects").EnumerateArray().ToArray();
        Assert.Equal(
            ("red/wrong.png", "red", "blue"),
            (suspects[0].GetProperty("image").GetString(), suspects[0].GetProperty("label").GetString(), suspects[0].GetProperty("suggested").GetString()));
        Assert.Equal(suspects.Select(ConfidenceOf).Order(), suspects.Select(ConfidenceOf));
        Assert.Equal("red/damaged.png", Assert.Single(run.Document.GetProperty("unreadable").EnumerateArray()).GetProperty("name").GetString());
        AssertHtml(run, "suspects.html");
        Assert.Contains("red/wrong.png: red, rather blue", Run($"suspects {Encoder} --labeled @colors", json: false).Output);

        static double ConfidenceOf(JsonElement suspect) => suspect.GetProperty("confidence").GetDouble();
    }

    [Fact]
    public void SearchFindsTheImageItselfFirst()
    {
        var document = Run($"search @photos/left/002.png @photos/right/001.png --images @photos {Encoder} --count 3", json: true).Document;
        var results = document.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(["left/002.png", "right/001.png"], results.Select(result => result.GetProperty("hits")[0].GetProperty("image").GetString()));
        Assert.All(results, result => Assert.Equal(3, result.GetProperty("hits").GetArrayLength()));
        Assert.InRange(results[0].GetProperty("hits")[0].GetProperty("similarity").GetDouble(), 0.999, 1.001);
        AssertDamaged(document);
        Assert.Contains("left/002.png", Run($"search @photos/left/002.png --images @photos {Encoder}", json: false).Output);
    }

    [Fact]
    public void CompareWritesTheEncoderThatItRecommends()
    {
        Directory.CreateDirectory(folder["labeled"]);
        foreach (var name in new[] { "left/000", "left/002", "left/004", "right/001", "right/003", "right/005" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[$"labeled/{name}"])!);
            File.Copy(folder[$"photos/{name}.png"], folder[$"labeled/{name}.png"]);
        }
        var run = Run($"compare {Encoder} --images @photos --labeled @labeled --tasks rotation --minutes 0.05 --output @best.safetensors --report @compare.html", json: true);
        Assert.Equal(folder["best.safetensors"], run.Document.GetProperty("encoder_file").GetString());
        AssertHtml(run, "compare.html");
        AssertDamaged(run.Document);
        var comparison = run.Document.GetProperty("comparison");
        Assert.Equal(
            ["rotation from scratch", "weights adapted", "weights as they are", "weights distilled", "weights with zoom"],
            comparison.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
        Assert.NotEqual("", comparison.GetProperty("recommended").GetString());
        using var encoder = EncoderFile.Load(folder["best.safetensors"]);
    }

    [Fact]
    public void ExportWritesModelsThatRun()
    {
        var encoder = Run($"export {Encoder} --output @encoder.onnx", json: true).Document;
        Assert.Equal(32, encoder.GetProperty("image_size").GetInt32());
        using var session = new InferenceSession(folder["encoder.onnx"]);
        Assert.Equal(encoder.GetProperty("features").GetInt32(), session.OutputMetadata["features"].Dimensions[1]);

        Assert.Contains("a classifier of 2 classes", Run("export --classifier @classifier.safetensors --output @exported.onnx", json: false).Output);
        Assert.Equal(File.ReadAllBytes(folder["classifier.onnx"]), File.ReadAllBytes(folder["exported.onnx"]));
    }

    [Fact]
    public void PredictAnswersAlikeByBothKindsOfFile()
    {
        var answers = new[] { "safetensors", "onnx" }.Select(kind =>
        {
            var document = Run($"predict @photos @photos/left/000.png --classifier @classifier.{kind} --top 2", json: true).Document;
            AssertDamaged(document);
            return document.GetProperty("predictions").EnumerateArray().ToArray();
        }).ToArray();
        Assert.Equal(Readable + 1, answers[0].Length);
        Assert.Equal(Labels(answers[0]), Labels(answers[1]));
        Assert.All(answers[0], answer => Assert.Equal(2, answer.GetProperty("classes").GetArrayLength()));
        Assert.All(answers[0], answer => Assert.InRange(answer.GetProperty("probability").GetDouble(), 0.5, 1));
        // It was fitted on these images.
        Assert.InRange(Labels(answers[0]).Count(answer => answer.Image.Contains($"/{answer.Label}/")), 18, Readable + 1);
        Assert.Matches("left/000.png: (left|right) [0-9.]+ %", Run("predict @photos/left/000.png --classifier @classifier.onnx", json: false).Output.ReplaceLineEndings(" "));

        // A link to what is gone is left out and named, as a damaged image is.
        Directory.CreateDirectory(folder["linked"]);
        File.Copy(folder["photos/left/000.png"], folder["linked/there.png"]);
        File.CreateSymbolicLink(folder["linked/gone.png"], folder["nowhere.png"]);
        var linked = Run("predict @linked --classifier @classifier.onnx", json: true).Document;
        Assert.Equal(1, linked.GetProperty("predictions").GetArrayLength());
        Assert.EndsWith("gone.png", linked.GetProperty("unreadable").EnumerateArray().Single().GetProperty("name").GetString());

        static IEnumerable<(string Image, string Label)> Labels(JsonElement[] predictions) =>
            predictions.Select(answer => (answer.GetProperty("image").GetString()!, answer.GetProperty("label").GetString()!));
    }

    private void DrawColor(string name, bool isRed, int seed)
    {
        const int side = 32, red = 0, blue = 2;
        var rgb = new byte[3 * side * side];
        new Random(seed).NextBytes(rgb);
        for (var at = isRed ? red : blue; at < rgb.Length; at += 3)
            rgb[at] = byte.MaxValue;
        PngFile.Write(folder[name], side, side, rgb);
    }

    private ToolRun Run(string commandLine, bool json)
    {
        var run = ToolRun.Of(folder.Words(json ? $"{commandLine} --json" : commandLine));
        Assert.True(run.ExitCode == 0, run.Said);
        ToolRun.AssertNarrow(json ? run.Error : run.Output);
        if (!json)
            Assert.Empty(run.Error);
        return run;
    }

    private void AssertHtml(ToolRun run, string file)
    {
        Assert.Equal(folder[file], run.Document.GetProperty("html").GetString());
        Assert.Contains("</html>", File.ReadAllText(folder[file]));
    }

    private static void AssertDamaged(JsonElement document)
    {
        var failure = Assert.Single(document.GetProperty("unreadable").EnumerateArray());
        Assert.EndsWith(Damaged, failure.GetProperty("name").GetString());
        Assert.NotEqual("", failure.GetProperty("reason").GetString());
    }
}
