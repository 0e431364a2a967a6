using SelfSup.Optimization;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Contracts;

/// <summary>A task and an encoder that train on one fixed batch of images.</summary>
internal sealed class ContractRun : IDisposable
{
    private readonly Encoder encoder;
    private readonly PretextInput input;
    private int drawSeed;
    private long done;

    /// <param name="task">The task.</param>
    /// <param name="encoder">The encoder; disposed with the run.</param>
    /// <param name="count">How many images.</param>
    /// <param name="drawSeed">Seed of what the task draws.</param>
    /// <param name="learningRate">The learning rate of every step; null means what the task states, else 0.02.</param>
    public ContractRun(IPretextTask task, Encoder encoder, int count = 8, int drawSeed = 0, double? learningRate = null)
    {
        (this.encoder, this.drawSeed) = (encoder, drawSeed);
        var stated = task.Recipe ?? TrainingRecipe.Default with { LearningRate = 0.02 };
        var recipe = stated with { LearningRate = learningRate ?? stated.LearningRate, Schedule = LearningRateSchedule.Constant, Warmup = 0 };
        encoder.train();
        Step = new TrainingStep(encoder, [new WeightedTask(task)], count, new PretrainingOptions { Recipe = recipe }, CPU);
        input = TestImages.InputFor(task, count, encoder.ImageSize);
        Step.Learners[0].Model.Prepare([input]);
        Step.Learners[0].Model.StartEpoch(input);
    }

    public TrainingStep Step { get; }

    /// <summary>Trains and returns the loss of every step. Draws repeat every eight steps, so that there is little to learn.</summary>
    public double[] Steps(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        using var metrics = Step.Run([input], done++ % 8 + 1000 * drawSeed, 1000, 0);
        return (double)metrics.Values.data<float>()[0];
    })];

    /// <summary>Draws from now on what another run would draw.</summary>
    public void Continue(ContractRun other) => (done, drawSeed) = (other.done, other.drawSeed);

    public void Dispose()
    {
        Step.Dispose();
        encoder.Dispose();
        input.Dispose();
    }
}
