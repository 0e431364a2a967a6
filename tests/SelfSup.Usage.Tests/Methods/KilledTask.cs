using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>A task that ends the run instead of making a batch, as if the process were killed there.</summary>
internal sealed class KilledTask(IPretextTask task, int atBatch) : IPretextTask
{
    private int batches;

    public string Name => task.Name;

    public TrainingRecipe? Recipe => task.Recipe;

    public IReadOnlyList<View> Views => task.Views;

    public IReadOnlyDictionary<string, string> Settings => task.Settings;

    public void CheckFits(Encoder encoder, int frames) => task.CheckFits(encoder, frames);

    public PretextBatch Generate(PretextInput input, RandomSource random) =>
        ++batches == atBatch ? throw new TimeZoneNotFoundException() : task.Generate(input, random);

    public PretextModel CreateModel(PretextSetup setup) => task.CreateModel(setup);

    public PreviewGrid Preview(PretextBatch batch, PretextModel? model) => task.Preview(batch, model);
}
