using System.Diagnostics;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using TorchSharp;

namespace SelfSup.Reliability;

/// <summary>Trains for long while files of the source come, go and change, and compares the process early and late.</summary>
internal static class SoakRun
{
    private const int Images = 200;
    private const int Size = 16;
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(2);

    public static int Execute(int steps)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        for (var i = 0; i < Images; i++)
            Write(folder, i, seed: 0);
        using var encoder = new ConvNet(Size);
        using var cancellation = new CancellationTokenSource();
        var usages = new List<Usage>();
        var changing = Task.Run(() => Change(folder, cancellation.Token));
        var asked = new Stopwatch();
        try
        {
            var images = ImageFolder.Open(folder);
            Pretraining.Run(encoder, [new WeightedTask(new RotationTask())], images, new()
            {
                Epochs = steps, // more than are ever done: the run is cancelled
                BatchSize = 4,
                RunFolder = Path.Combine(folder, "run"),
                CheckpointEverySteps = 1000,
                MaxFailureRatio = 1,
                Recipe = TrainingRecipe.Default with { LearningRate = 0.01 },
            }, new Watch(usages, steps, () =>
            {
                asked.Start();
                cancellation.Cancel();
            }), cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            asked.Stop();
        }
        changing.Wait();
        var checkpoint = Directory.EnumerateFiles(Path.Combine(folder, "run", "checkpoints")).Order(StringComparer.Ordinal).Last();
        Directory.Delete(folder, recursive: true);

        var (early, late) = (usages[usages.Count / 4], usages[^1]);
        Console.WriteLine($"step {early.Step}: {early}");
        Console.WriteLine($"step {late.Step}: {late}");
        Console.WriteLine(FormattableString.Invariant(
            $"cancelled in {asked.Elapsed.TotalSeconds:F2} s, with {Path.GetFileName(checkpoint)}"));
        return late.IsSteadySince(early) && asked.Elapsed < TimeToStop ? 0 : 1;
    }

    // Removed, replaced by another image, replaced by rubbish, and back again; a new one beside them.
    private static void Change(string folder, CancellationToken cancellation)
    {
        var random = new Random(1);
        for (var round = 1; !cancellation.WaitHandle.WaitOne(20); round++)
        {
            var path = PathOf(folder, random.Next(Images));
            if (round % 4 == 0)
                File.Delete(path);
            else if (round % 4 == 1)
                File.WriteAllBytes(path, [1, 2, 3]);
            else
                Write(folder, random.Next(Images + 5), round);
        }
    }

    private static string PathOf(string folder, int index) => Path.Combine(folder, $"{index:D4}.png");

    private static void Write(string folder, int index, int seed)
    {
        var planes = new byte[3 * Size * Size];
        new ProceduralImages(1, seed: seed * 1000 + index).Read(0, Size, planes);
        var rgb = new byte[planes.Length];
        for (var i = 0; i < rgb.Length; i++)
            rgb[i] = planes[i % 3 * Size * Size + i / 3];
        PngFile.Write(PathOf(folder, index), Size, Size, rgb);
    }

    private sealed class Watch(List<Usage> usages, int steps, Action end) : IProgress<PretrainingProgress>
    {
        public void Report(PretrainingProgress progress)
        {
            usages.Add(Usage.Measure(progress.Step));
            if (progress.Step >= steps)
                end();
        }
    }

    private sealed record Usage(long Step, double MegaBytes, long Tensors, int Handles, int Threads)
    {
        public static Usage Measure(long step)
        {
            using var process = Process.GetCurrentProcess();
            var handles = OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : process.HandleCount;
            return new(step, process.WorkingSet64 / 1e6, torch.Tensor.TotalCount, handles, process.Threads.Count);
        }

        public bool IsSteadySince(Usage early) =>
            MegaBytes < 1.05 * early.MegaBytes + 20 && Tensors <= early.Tensors + 50 && Handles <= early.Handles + 12 && Threads <= early.Threads + 4;

        public override string ToString() =>
            FormattableString.Invariant($"{MegaBytes:F0} MB, {Tensors} tensors, {Handles} handles, {Threads} threads");
    }
}
