using System.Globalization;
using System.Text.Json;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Tasks;
using SelfSup.Testing;
using SelfSup.Training;
using SelfSup.Transfer;

namespace SelfSup.Benchmarks;

/// <summary>Every task of images by its own recipe for the same time, and what the features are worth then, beside untrained encoders.</summary>
/// <remarks>
/// The time is that of one core, as the processor counts it, so that other programs take nothing away from a task. Rows that a folder has
/// already are not measured again, so a run that was stopped goes on. Stage and strength of the probes are chosen on held-out training
/// labels; test images are read once a figure.
/// </remarks>
internal sealed class RecipeBenchmark(string cifar10, double minutes, string folder)
{
    private const int Size = 32;
    private const int Labels = 10_000;
    private const int Probes = 5;
    private const int Draws = 5;
    private const int LabelsPerClass = 8;
    private const int TimedImages = 2048;
    private const int BatchSize = 64;

    private readonly ILabeledImageSource train = Cifar10.OpenTrain(cifar10);
    private readonly ILabeledImageSource test = Cifar10.OpenTest(cifar10);

    /// <summary>Measures what is not in the folder yet.</summary>
    /// <param name="tasks">Names of tasks; empty means all that take images.</param>
    /// <returns>The table as Markdown.</returns>
    public string Measure(IReadOnlyList<string> tasks)
    {
        var rows = new List<RecipeRow>();
        foreach (var untrained in UntrainedEncoders())
            rows.Add(Once(untrained.Name, () => MeasureUntrained(untrained)));
        foreach (var name in tasks.Count > 0 ? tasks : TaskCatalog.Names)
        {
            var (encoder, frames) = CreateEncoder(TaskCatalog.Create(name));
            using (encoder)
            {
                if (frames == 1)
                    rows.Add(Once(name, () => Train(name, encoder)));
            }
        }
        return RecipeTable.Format(rows, minutes);
    }

    // The small encoder that the task fits, of the library's own depth.
    private static (Encoder Encoder, int Frames) CreateEncoder(IPretextTask task)
    {
        var (small, frames) = SmallEncoders.CreateFor(task, Size);
        using (small)
            return (EncoderCatalog.Create(small.Architecture, Size), frames);
    }

    private RecipeRow Once(string name, Func<RecipeRow> measure)
    {
        var path = Path.Combine(folder, $"{name}.json");
        if (File.Exists(path))
            return JsonSerializer.Deserialize<RecipeRow>(File.ReadAllText(path))!;
        var row = measure();
        Directory.CreateDirectory(folder);
        File.WriteAllText(path, JsonSerializer.Serialize(row));
        Console.WriteLine(row);
        return row;
    }

    private IReadOnlyList<UntrainedEncoders> UntrainedEncoders()
    {
        using var encoder = EncoderCatalog.Create("convnet", Size);
        return Transfer.UntrainedEncoders.Of(encoder, train, BatchSize, workers: 1, progress: null, CancellationToken.None);
    }

    private RecipeRow MeasureUntrained(UntrainedEncoders untrained)
    {
        using var encoder = untrained.Create(0);
        return Judge(untrained.Name, encoder, epochs: 0, minutes: 0);
    }

    private RecipeRow Train(string name, Encoder encoder)
    {
        var epochs = EpochsInTime(name);
        var start = Environment.CpuUsage.TotalTime;
        try
        {
            Pretraining.Run(
                encoder, [new WeightedTask(TaskCatalog.Create(name))], train,
                new() { Epochs = epochs, RunFolder = Path.Combine(folder, "runs", name), Resume = true });
        }
        catch (NonFiniteLossException error)
        {
            Console.WriteLine($"{name}: {error.Message}");
            return new RecipeRow { Task = name, Encoder = encoder.Architecture, Epochs = epochs };
        }
        return Judge(name, encoder, epochs, (Environment.CpuUsage.TotalTime - start).TotalMinutes);
    }

    /// <summary>How many epochs fit in the time, from the second epoch of a few images.</summary>
    private int EpochsInTime(string name)
    {
        var task = TaskCatalog.Create(name);
        var (encoder, _) = CreateEncoder(task);
        using (encoder)
        {
            var clock = new EpochClock();
            Pretraining.Run(encoder, [new WeightedTask(task)], ImageSubset.Take(train, TimedImages), new() { Epochs = 2 }, clock);
            return Math.Max(1, (int)Math.Round(TimeSpan.FromMinutes(minutes) / (clock.LastEpochOnProcessor * train.Count / TimedImages)));
        }
    }

    private RecipeRow Judge(string name, Encoder encoder, int epochs, double minutes)
    {
        ProbeRow[] best = [.. Enumerable.Range(0, Probes).Select(seed => Probe(encoder, seed, stage: null))];
        ProbeRow[] pooled = [.. Enumerable.Range(0, Probes).Select(seed => Probe(encoder, seed, FeatureLayer.PooledName))];
        var neighbors = new KnnMonitor(LabeledSubset.Stratified(train, Labels, seed: 0), test).Measure(encoder, CancellationToken.None);
        var stage = best.GroupBy(row => row.Stage!).MaxBy(group => group.Count())!.Key;
        var few = FewLabels(encoder, stage);
        return new()
        {
            Task = name,
            Encoder = encoder.Architecture,
            Epochs = epochs,
            Minutes = minutes,
            Stage = stage,
            Linear = best.Average(row => row.TestAccuracy!.Value),
            LinearDeviation = LowShotResult.DeviationOf([.. best.Select(row => row.TestAccuracy!.Value)]) ?? 0,
            Pooled = pooled.Average(row => row.TestAccuracy!.Value),
            Neighbors = neighbors["accuracy"],
            FewLabels = few.Average(),
            FewLabelsDeviation = LowShotResult.DeviationOf(few) ?? 0,
            RankMe = neighbors["rank_me"],
            Deviation = neighbors["deviation"],
        };
    }

    private ProbeRow Probe(Encoder encoder, int seed, string? stage) => LinearProbe.Evaluate(
        encoder, LabeledSubset.Stratified(train, Labels, seed), test, new() { Baselines = false, Seed = seed, Stage = stage }).Best;

    private double[] FewLabels(Encoder encoder, string stage)
    {
        var layer = FeatureLayer.Find(encoder, stage);
        var pool = LabeledSubset.Stratified(train, Draws * LabelsPerClass * train.ClassNames.Count, seed: 1);
        using var features = LabeledFeatures.Extract("training", encoder, pool, layer);
        using var queries = LabeledFeatures.Extract("test", encoder, test, layer);
        var draws = new LabelDraws(Enumerable.Range(0, features.Labels.Length), features.Labels, Draws, seed: 0);
        var few = new LowShot(features, queries, layer, train.ClassNames);
        return [.. Enumerable.Range(0, Draws).Select(draw => few.Test(draws.Take(draw, LabelsPerClass)))];
    }
}
