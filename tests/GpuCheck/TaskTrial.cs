using SelfSup.Optimization;
using SelfSup.Runtime;
using SelfSup.Tasks;
using SelfSup.Tests;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.GpuCheck;

/// <summary>A task of the catalog that trains a small encoder on one batch of images: the same numbers on every device.</summary>
internal sealed class TaskTrial : IDisposable
{
    private const int Side = 32;
    private const int Steps = 1000; // of an imagined run
    private readonly Encoder encoder;
    private readonly IPretextTask task;
    private readonly PretextInput input;
    private long done;

    /// <summary>Builds it.</summary>
    /// <param name="name">The task's name.</param>
    /// <param name="device">Where it trains.</param>
    /// <param name="precision">In which precision the network runs.</param>
    /// <param name="count">Images in the batch.</param>
    public TaskTrial(string name, Device device, Precision precision, int count = 8)
    {
        task = TaskCatalog.Create(name);
        encoder = task.CreateEncoder(Side);
        encoder.train();
        // A warm-up would let the first steps learn nothing.
        var recipe = (task.Recipe ?? TrainingRecipe.Default) with { Schedule = LearningRateSchedule.Constant, Warmup = 0 };
        var options = new PretrainingOptions { Recipe = recipe, Precision = precision };
        Training = new TrainingStep(encoder, [new WeightedTask(task)], count, options, device);
        input = MakeInput(device, count);
        Training.Learners[0].Model.Prepare([input]);
        Training.Learners[0].Model.StartEpoch(input);
    }

    public TrainingStep Training { get; }

    /// <summary>Turns dropout off, which draws from every device's own generator.</summary>
    public void TurnOffDropout()
    {
        foreach (var dropout in Training.Learners[0].Model.modules().OfType<TorchSharp.Modules.Dropout>())
            dropout.eval();
    }

    /// <summary>Makes a batch of the task.</summary>
    /// <returns>The batch, owned by the caller.</returns>
    public PretextBatch Generate()
    {
        using var random = new RandomSource(5, Training.Device);
        return task.Generate(input, random);
    }

    /// <summary>Trains once and does not wait.</summary>
    /// <returns>The step's metrics, owned by the caller.</returns>
    public StepMetrics Enqueue() => Training.Run([input], done++, Steps, epoch: 0);

    /// <summary>Trains once.</summary>
    /// <returns>The step's metrics by name.</returns>
    public Dictionary<string, double> Step()
    {
        using var metrics = Enqueue();
        using var values = metrics.Values.cpu();
        return metrics.Names.Zip(values.data<float>().ToArray(), (name, value) => (name, (double)value)).ToDictionary();
    }

    public void Dispose()
    {
        Training.Dispose();
        encoder.Dispose();
        input.Dispose();
    }

    private PretextInput MakeInput(Device device, int count)
    {
        using var scope = NewDisposeScope();
        var images = HostMemory.Send(TestImages.For(task, count, task.Views.Count == 0 ? Side : 2 * Side), device);
        using var random = new RandomSource(2, device);
        IEnumerable<Tensor> views = task.Views.Count == 0
            ? [images]
            : task.Views.SelectMany(view => Enumerable.Range(0, view.Count).Select(_ =>
                view.Augmentation.Apply(images, view.SideFor(Side), random)));
        return new PretextInput(
            [.. views.Select(view => view.DetachFromDisposeScope())], arange(count, int64, device).DetachFromDisposeScope());
    }
}
