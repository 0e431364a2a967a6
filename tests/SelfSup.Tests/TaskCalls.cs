using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tests;

/// <summary>Calls of tasks with images and encoders at hand.</summary>
internal static class TaskCalls
{
    public static PretextBatch Generate(this IPretextTask task, Tensor images, RandomSource random)
    {
        using var input = PretextInput.Of(images);
        return task.Generate(input, random);
    }

    public static TBatch Generate<TBatch, TModel>(this PretextTask<TBatch, TModel> task, Tensor images, RandomSource random)
        where TBatch : PretextBatch
        where TModel : PretextModel
    {
        using var input = PretextInput.Of(images);
        return task.Generate(input, random);
    }

    public static PretextModel CreateModel(this IPretextTask task, Encoder encoder) => task.CreateModel(new PretextSetup(encoder, 100));

    public static TModel CreateModel<TBatch, TModel>(this PretextTask<TBatch, TModel> task, Encoder encoder)
        where TBatch : PretextBatch
        where TModel : PretextModel => task.CreateModel(new PretextSetup(encoder, 100));

    public static PreviewGrid Preview(this IPretextTask task, PretextBatch batch) => task.Preview(batch, null);

    /// <summary>The loss of a first step.</summary>
    public static PretextLoss ComputeLoss(this Objective objective, PretextBatch batch)
    {
        using var step = new StepContext(0, 10, 0);
        return objective.Loss(batch, step);
    }

    public static void Prepare(this PretextModel model, IEnumerable<Tensor> batches) => model.Prepare(batches.Select(images => PretextInput.Of(images)));
}
