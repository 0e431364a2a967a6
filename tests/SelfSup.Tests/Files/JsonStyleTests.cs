using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;
using SelfSup.Transfer;

namespace SelfSup.Tests.Files;

/// <summary>All JSON that the library writes has one style.</summary>
public partial class JsonStyleTests
{
    [Fact]
    public void KeysAreInSnakeCaseNumbersAreNumbersAndNamesAreAsTheyAre()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(16);
        var planes = new byte[3 * 16 * 16];
        for (var i = 0; i < 6; i++)
            PngFile.Write(folder[$"photos/été {i}.png"], 16, 16, planes);
        File.WriteAllText(folder["photos/naïve + plus.png"], "no picture");
        Pretraining.Run(
            encoder, [new WeightedTask(new RotationTask()), new WeightedTask(new JigsawTask())], ImageFolder.Open(folder["photos"]),
            new() { Epochs = 1, BatchSize = 7, RunFolder = folder["run"], MaxFailureRatio = 0.5 });
        LinearProbe.Evaluate(encoder, new ProceduralImages(40, seed: 1), new ProceduralImages(20, seed: 2), new() { Strengths = [0.1] })
            .SaveJson(folder["run/probe.json"]);

        string[] files = ["configuration.json", "metrics.jsonl", "report.json", "probe.json"];
        foreach (var file in files)
        {
            var text = File.ReadAllText(folder["run/" + file]);
            Assert.EndsWith("\n", text);
            Assert.DoesNotContain("\\u", text);
            foreach (var document in file.EndsWith('l') ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [text])
                Check(file, JsonNode.Parse(document)!);
        }
        Assert.Contains("naïve + plus.png", File.ReadAllText(folder["run/report.json"]));
        Assert.Contains("rotation+jigsaw/gradient_norm", File.ReadAllText(folder["run/metrics.jsonl"]));
        Assert.Contains("\"recipe.clip_gradient_norm\": null", File.ReadAllText(folder["run/configuration.json"]));
    }

    private static void Check(string file, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    Assert.True(Key().IsMatch(name), $"{file}: {name}");
                    Check(file, value);
                }
                break;
            case JsonArray items:
                foreach (var item in items)
                    Check(file, item);
                break;
            case JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String:
                Assert.False(double.TryParse((string)value!, out _) && !((string)value!).StartsWith('0'), $"{file}: {value}");
                break;
        }
    }

    // Parts in snake_case; points, slashes and signs join the names of tasks and metrics.
    [GeneratedRegex("^[a-z0-9]+([_./+-][a-z0-9]+)*$")]
    private static partial Regex Key();
}
