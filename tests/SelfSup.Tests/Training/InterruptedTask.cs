using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

/// <summary>A task that calls out before it makes a batch, of a step or a preview, to stop the run there.</summary>
internal sealed class InterruptedTask(IPretextTask task, Action<int> beforeCall) : IPretextTask
{
    private int calls;

    public string Name => task.Name;

    public TrainingRecipe? Recipe => task.Recipe;

    public int MinimumFrames => task.MinimumFrames;

    public bool FeedsClips => task.FeedsClips;

    public PretextBatch Generate(Tensor images, RandomSource random)
    {
        beforeCall(++calls);
        return task.Generate(images, random);
    }

    public PretextModel CreateModel(Encoder encoder) => task.CreateModel(encoder);

    public PreviewGrid Preview(PretextBatch batch, PretextModel? model = null) => task.Preview(batch, model);
}
