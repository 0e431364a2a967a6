using System.Diagnostics;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>What generating a task's inputs and pseudo-labels costs beside a whole step of ResNet-18 at 96 pixels.</summary>
internal static class PseudoLabelBenchmark
{
    private const int Size = 96;
    private const int Count = 32;

    public static string Measure(int rounds)
    {
        var text = new System.Text.StringBuilder();
        text.AppendLine($"### Pseudo-labels of {Count} images of {Size} px beside the training step, resnet18, bf16").AppendLine();
        text.AppendLine("| task | generation, ms | step, ms | share |").AppendLine("|---|---|---|---|");
        using var still = new ConvNet(Size);
        foreach (var name in TaskCatalog.NamesFor(still, frames: 1))
        {
            var task = TaskCatalog.Create(name);
            using var run = new ResidentRun("resnet18", Size, Count, Precision.BFloat16, task);
            using var random = new RandomSource(1);
            using var images = random.Integers(256, Count, 3, Size, Size).to(ScalarType.Byte);
            var (generation, step) = (new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                step.Add(run.MedianSeconds(1, 3) * 1000);
                generation.Add(MedianGeneration(task, images, random) * 1000);
            }
            generation.Sort();
            step.Sort();
            double typical = generation[rounds / 2], whole = step[rounds / 2];
            text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"| {name} | {typical:0.0} | {whole:0} | {typical / whole:0.0 %} |");
        }
        return text.AppendLine().ToString();
    }

    private static double MedianGeneration(IPretextTask task, Tensor images, RandomSource random)
    {
        using var scope = NewDisposeScope();
        using var input = PretextInput.Of(task.Views.Count == 0 ? [images] : View.Make(task.Views, images, Size, random));
        var durations = new double[9];
        for (var i = 0; i < durations.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            task.Generate(input, random).Dispose();
            durations[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(durations);
        return durations[durations.Length / 2];
    }
}
