using System.Diagnostics;
using System.Globalization;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>What making a task's views, inputs and pseudo-labels costs beside a whole step.</summary>
internal static class PseudoLabelBenchmark
{
    public static string Measure(int rounds) => Measure("resnet18", 96, 32, rounds) + Measure("convnet", 32, 64, rounds);

    private static string Measure(string network, int size, int count, int rounds)
    {
        var text = new System.Text.StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"### Views and pseudo-labels of {count} images of {size} px beside the training step, {network}, bf16").AppendLine();
        text.AppendLine("| task | generation, ms | step, ms | share |").AppendLine("|---|---|---|---|");
        using var still = new ConvNet(size);
        foreach (var name in TaskCatalog.NamesFor(still, frames: 1))
        {
            var task = TaskCatalog.Create(name);
            using var run = new ResidentRun(network, size, count, Precision.BFloat16, task);
            using var random = new RandomSource(1);
            using var images = random.Integers(256, count, 3, size, size).to(ScalarType.Byte);
            var (generation, step) = (new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                step.Add(run.MedianSeconds(1, 3) * 1000);
                generation.Add(MedianGeneration(task, images, random) * 1000);
            }
            generation.Sort();
            step.Sort();
            double typical = generation[rounds / 2], whole = step[rounds / 2];
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {typical:0.0} | {whole:0} | {typical / whole:0.0 %} |");
        }
        return text.AppendLine().ToString();
    }

    private static double MedianGeneration(IPretextTask task, Tensor images, RandomSource random)
    {
        var size = (int)images.shape[^1];
        var durations = new double[9];
        for (var i = 0; i < durations.Length; i++)
        {
            using var scope = NewDisposeScope();
            var start = Stopwatch.GetTimestamp();
            using var input = PretextInput.Of(task.Views.Count == 0 ? [images] : View.Make(task.Views, images, size, random));
            task.Generate(input, random).Dispose();
            durations[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(durations);
        return durations[durations.Length / 2];
    }
}
