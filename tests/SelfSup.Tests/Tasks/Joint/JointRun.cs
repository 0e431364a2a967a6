using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks.Joint;

/// <summary>A task on a small network and one batch, whose steps and epochs are told.</summary>
internal sealed class JointRun : IDisposable
{
    private readonly TrainingStep step;

    public JointRun(PretextTask task, int count = 6, TrainingRecipe? recipe = null)
    {
        Encoder = new ConvNet(16);
        Encoder.train();
        step = new TrainingStep(
            Encoder, [new WeightedTask(task)], count, new PretrainingOptions { Recipe = recipe ?? task.Recipe ?? TrainingRecipe.Default }, CPU);
        Input = TestImages.InputFor(task, count, Encoder.ImageSize);
    }

    public ConvNet Encoder { get; }

    public PretextInput Input { get; }

    public PretextModel Model => step.Learners[0].Model;

    /// <summary>Trains, and returns the metrics by name; the loss is the first.</summary>
    public Dictionary<string, float> Step(long number, int epoch = 0, long steps = 100)
    {
        using var metrics = step.Run([Input], number, steps, epoch);
        return metrics.Names.Zip(metrics.Values.data<float>().ToArray()).ToDictionary();
    }

    /// <summary>A copy of something in the model's state, in the caller's scope.</summary>
    public Tensor State(string name) => Model.state_dict()[name].clone();

    public void Dispose()
    {
        step.Dispose();
        Encoder.Dispose();
        Input.Dispose();
    }
}
