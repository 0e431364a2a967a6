using System.Diagnostics;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>A task that trains on images that stay where they are; its views are made anew for every step.</summary>
internal sealed class ResidentRun : IDisposable
{
    private readonly Encoder encoder;
    private readonly TrainingStep step;
    private readonly RandomSource random;
    private readonly Tensor images;
    private readonly int size;
    private readonly IReadOnlyList<View> views;
    private long done;

    /// <param name="network">The encoder's name in the catalog.</param>
    /// <param name="size">Side of the images in pixels.</param>
    /// <param name="count">Images, or clips, a step.</param>
    /// <param name="precision">In which precision the network runs.</param>
    /// <param name="task">The task; null means rotation.</param>
    /// <param name="device">Where it runs; null means the CPU.</param>
    /// <param name="frames">Frames of each clip; 1 for images.</param>
    public ResidentRun(
        string network, int size, int count, Precision precision, IPretextTask? task = null, Device? device = null, int frames = 1)
    {
        device ??= CPU;
        encoder = EncoderCatalog.Create(network, size);
        encoder.train();
        var options = new PretrainingOptions { Precision = precision, Recipe = TrainingRecipe.Default with { LearningRate = 0.01, Schedule = LearningRateSchedule.Constant } };
        task ??= new RotationTask();
        step = new TrainingStep(encoder, [new WeightedTask(task)], count, options, device);
        random = new RandomSource(1, device);
        (this.size, views) = (size, task.Views);
        // Without views of its own a task gets the images as they are.
        var side = views.Count == 0 ? size : Pretraining.ReadSizeOf(encoder, [task]);
        long[] frame = [3, side, side];
        images = random.Integers(256, frames == 1 ? [count, .. frame] : [count, frames, .. frame]).to(ScalarType.Byte);
        using var input = Input();
        step.Learners[0].Model.Prepare([input]);
    }

    /// <summary>Makes the views, trains once and reads the loss.</summary>
    public void Step()
    {
        using var input = Input();
        using var metrics = step.Run([input], done++, long.MaxValue, epoch: 0);
        using var values = metrics.Values.cpu();
        _ = values.data<float>()[0];
    }

    public double MedianSeconds(int warmup, int steps)
    {
        for (var i = 0; i < warmup; i++)
            Step();
        var durations = new double[steps];
        for (var i = 0; i < steps; i++)
        {
            var start = Stopwatch.GetTimestamp();
            Step();
            durations[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(durations);
        return durations[steps / 2];
    }

    public void Dispose()
    {
        step.Dispose();
        encoder.Dispose();
        images.Dispose();
        random.Dispose();
    }

    private PretextInput Input() => PretextInput.Of(views.Count == 0 ? [images] : View.Make(views, images, size, random));
}
