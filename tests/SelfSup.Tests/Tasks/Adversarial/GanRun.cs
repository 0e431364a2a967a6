using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

/// <summary>A GAN task with its model and a few images, or clips if it is on clips.</summary>
internal abstract class GanRun : IDisposable
{
    private readonly Tensor images;

    protected GanRun(PretextTask task, Encoder? encoder)
    {
        Task = task;
        manual_seed(3);
        Encoder = encoder ?? (task.CreateEncoder(16));
        Encoder.train();
        images = TestImages.For(task, 8, Encoder.ImageSize);
    }

    public PretextTask Task { get; }

    public Encoder Encoder { get; }

    public abstract GanModel Model { get; }

    /// <summary>Starts the task of a name.</summary>
    public static GanRun Of(string name, GanOptions? options = null, Encoder? encoder = null) => name switch
    {
        "dcgan" => Of(new DcganTask(options), encoder),
        "bigan" => Of(new BiganTask(options), encoder),
        _ => Of(new VideoGanTask(options), encoder),
    };

    /// <summary>Starts a task.</summary>
    public static GanRun<TModel> Of<TModel>(GanTask<TModel> task, Encoder? encoder = null)
        where TModel : GanModel => new(task, encoder);

    /// <summary>Trains in float32 at a rate that stays.</summary>
    public static PretrainingOptions Options(PretextTask task, double learningRate) => new()
    {
        Precision = Precision.Float32,
        Recipe = task.Recipe! with { LearningRate = learningRate, Schedule = LearningRateSchedule.Constant },
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

    public abstract Tensor DrawNoise(int count, ulong seed = 1);

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

/// <inheritdoc/>
internal sealed class GanRun<TModel> : GanRun
    where TModel : GanModel
{
    private readonly GanTask<TModel> task;

    public GanRun(GanTask<TModel> task, Encoder? encoder)
        : base(task, encoder)
    {
        this.task = task;
        Model = task.CreateModel(Encoder);
    }

    public override TModel Model { get; }

    public override Tensor DrawNoise(int count, ulong seed = 1)
    {
        using var random = new RandomSource(seed);
        return task.DrawNoise(count, random);
    }
}
