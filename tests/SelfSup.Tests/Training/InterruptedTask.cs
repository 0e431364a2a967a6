using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup.Tests.Training;

/// <summary>A task that calls out before it makes a batch, of a step or a preview, to stop the run there.</summary>
internal sealed class InterruptedTask(IPretextTask task, Action<int> beforeCall) : IPretextTask
{
    private int calls;

    public string Name => task.Name;

    public TrainingRecipe? Recipe => task.Recipe;

    public IReadOnlyList<View> Views => task.Views;

    public IReadOnlyDictionary<string, string> Settings => task.Settings;

    public void CheckFits(Encoder encoder, int frames) => task.CheckFits(encoder, frames);

    public PretextBatch Generate(PretextInput input, RandomSource random)
    {
        beforeCall(++calls);
        return task.Generate(input, random);
    }

    public PretextModel CreateModel(PretextSetup setup) => task.CreateModel(setup);

    public PreviewGrid Preview(PretextBatch batch, PretextModel? model) => task.Preview(batch, model);
}
