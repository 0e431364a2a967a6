using System.Text.Json;
using System.Text.Json.Nodes;
using SelfSup.Runtime;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck.Steps;

/// <summary>
/// Three steps of every task on the CPU, on one thread in float32, against what another machine got: is this libtorch, on this
/// processor, the one that the library was made with?
/// </summary>
internal static class StoredLosses
{
    private const int Steps = 3;

    // Between the instruction sets of one processor the losses of single objectives differ by up to 2e-4, those of networks that train
    // against each other by up to 3e-3: Adam's first step takes the sign of every gradient, however small.
    private const double Tolerance = 1e-3;
    private const double AdversarialTolerance = 1e-2;
    private const double Least = 0.1; // below it, differences count by themselves

    public static void Run(CheckSettings settings, Findings findings)
    {
        var stored = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "losses.json")))!.AsObject();
        var (differences, unknown) = (new JsonObject(), new JsonArray());
        foreach (var task in TaskCatalog.Names)
        {
            if (stored[task] is not JsonObject expected)
                unknown.Add(task);
            else
                findings.Try(task, () => Compare(task, expected, differences, findings));
        }
        findings.Add("tasks", differences.Count);
        findings.Add("largest_difference", differences);
        findings.Add("not_stored", unknown);
        findings.Require(differences.Count > 0, "no task has stored losses");
    }

    /// <summary>Writes this machine's losses.</summary>
    public static void Store(string path)
    {
        var all = new JsonObject();
        foreach (var task in TaskCatalog.Names)
        {
            all[task] = new JsonObject(Losses(task).Select(pair =>
                KeyValuePair.Create(pair.Key, (JsonNode?)new JsonArray([.. pair.Value.Select(Findings.Number)]))));
        }
        File.WriteAllText(path, all.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private static void Compare(string task, JsonObject expected, JsonObject differences, Findings findings)
    {
        var losses = Losses(task);
        var largest = 0.0;
        foreach (var (name, node) in expected)
        {
            var values = node!.AsArray().Select(value => value!.GetValue<double>()).ToArray();
            if (!losses.TryGetValue(name, out var found))
                findings.Fail($"{name} is stored and not measured");
            else
                largest = Math.Max(largest, values.Zip(found, Difference).Max());
        }
        differences[task] = Findings.Number(largest);
        var tolerance = expected.Count > 1 ? AdversarialTolerance : Tolerance;
        findings.Require(largest <= tolerance, $"the losses of {task} differ by {largest:G3}, more than {tolerance}");
    }

    private static double Difference(double expected, double found) => Math.Abs(expected - found) / Math.Max(Math.Abs(expected), Least);

    private static Dictionary<string, double[]> Losses(string task)
    {
        NativeTorch.EnsureLoaded();
        set_num_threads(1);
        using var trial = new TaskTrial(task, CPU, Precision.Float32);
        var steps = Enumerable.Range(0, Steps).Select(_ => trial.Step()).ToArray();
        return steps[0].Keys.Where(name => name.EndsWith("/loss", StringComparison.Ordinal))
            .ToDictionary(name => name, name => steps.Select(step => step[name]).ToArray());
    }
}
