using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

/// <summary>A GAN task with its model and a few images, or clips if it is on clips.</summary>
internal sealed class GanRun : IDisposable
{
    private readonly Tensor images;

    public GanRun(GanTask task, Encoder? encoder = null)
    {
        manual_seed(3);
        Task = task;
        Encoder = encoder ?? (task.FeedsClips() ? new VideoConvNet(16) : new ConvNet(16));
        Encoder.train();
        Model = (GanModel)task.CreateModel(Encoder);
        images = TestImages.For(task, 8, Encoder.ImageSize);
    }

    public GanTask Task { get; }

    public Encoder Encoder { get; }

    public GanModel Model { get; }

    public static GanTask NewTask(string name, GanOptions? options = null) => name switch
    {
        "dcgan" => new DcganTask(options),
        "bigan" => new BiganTask(options),
        _ => new VideoGanTask(options),
    };

    /// <summary>Trains in float32 at a rate that stays.</summary>
    public static PretrainingOptions Options(GanTask task, double learningRate) => new()
    {
        Precision = Precision.Float32,
        Recipe = task.Recipe with { LearningRate = learningRate, Schedule = LearningRateSchedule.Constant },
    };

    /// <summary>The same images for the same seed, and other noise for another.</summary>
    public PretextBatch Generate(ulong noise = 1, int first = 0, int count = 4)
    {
        using var random = new RandomSource(noise);
        using var some = images.narrow(0, first, count);
        return Task.Generate(some, random);
    }

    /// <summary>Tells the model that a step is done.</summary>
    public void CompleteStep()
    {
        using var batch = Generate();
        using var step = new StepContext(5, 10, 0);
        Model.OnStepCompleted(batch, step);
    }

    public Tensor DrawNoise(int count, ulong seed = 1)
    {
        using var random = new RandomSource(seed);
        return Task.DrawNoise(count, random);
    }

    /// <summary>Gradients of a module's parameters by one objective, in the caller's scope.</summary>
    public Tensor[] GradientsOf(nn.Module module, int objective, PretextBatch batch)
    {
        foreach (var parameter in Encoder.parameters().Concat(Model.parameters()))
            parameter.grad = null;
        using var loss = Model.Objectives[objective].ComputeLoss(batch);
        loss.Value.backward();
        return [.. module.parameters().Select(parameter => parameter.grad!.clone())];
    }

    public void Dispose()
    {
        Model.Dispose();
        Encoder.Dispose();
        images.Dispose();
    }
}
