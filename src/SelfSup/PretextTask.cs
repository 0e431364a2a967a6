using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup;

/// <summary>The base of pretext tasks: it has a default for what most tasks do not need.</summary>
/// <param name="name">A short name in lower case, such as <c>rotation</c>.</param>
public abstract class PretextTask(string name) : IPretextTask
{
    private const int Columns = 8;

    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <summary>What the task is best trained by; null, unless overridden, for the library's defaults.</summary>
    public virtual TrainingRecipe? Recipe => null;

    /// <summary>The varied pictures that the task wants of every image; none, unless overridden.</summary>
    public virtual IReadOnlyList<View> Views => [];

    /// <summary>Everything about the task that changes what is learned, by name; nothing, unless overridden.</summary>
    public virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    /// <summary>Frames that a clip must have for the task; 1, unless overridden, for tasks on single images.</summary>
    protected virtual int MinimumFrames => 1;

    /// <summary>Whether the encoder is given clips; not, unless overridden.</summary>
    protected virtual bool FeedsClips => false;

    /// <summary>Checks kind and length of what the encoder is given. Tasks that ask for more override it and call it first.</summary>
    /// <inheritdoc/>
    public virtual void CheckFits(Encoder encoder, int frames)
    {
        if (MinimumFrames == 1 && frames > 1)
            throw new ArgumentException($"The task '{Name}' learns from single images, and the source has clips of {frames} frames.");
        if (frames < MinimumFrames)
        {
            var source = frames == 1 ? "single images" : $"clips of {frames}";
            throw new ArgumentException($"The task '{Name}' needs clips of at least {MinimumFrames} frames, and the source has {source}.");
        }
        if (FeedsClips != encoder.TakesClips)
        {
            var (given, taken) = FeedsClips ? ("clips", "single images") : ("single images", "clips");
            throw new ArgumentException($"The task '{Name}' gives the encoder {given}, and '{encoder.Architecture}' takes {taken}.");
        }
    }

    /// <inheritdoc/>
    public abstract PretextBatch Generate(PretextInput input, RandomSource random);

    /// <inheritdoc/>
    public abstract PretextModel CreateModel(PretextSetup setup);

    /// <summary>Draws what the encoder sees, eight pictures a row, a row or more for every view; override it to show the answers too.</summary>
    /// <inheritdoc/>
    public virtual PreviewGrid Preview(PretextBatch batch, PretextModel? model)
    {
        using var scope = NewDisposeScope();
        var grid = new PreviewGrid { Legend = "What the encoder sees." };
        foreach (var row in batch.Views.SelectMany(view => view.split(Columns)))
            grid.AddRow(row.unbind().Select(image => new PreviewCell(image, "")));
        return grid;
    }
}

/// <summary>A pretext task with a batch and a model of its own types.</summary>
/// <typeparam name="TBatch">The batches that it generates.</typeparam>
/// <typeparam name="TModel">The head that it creates.</typeparam>
/// <param name="name">A short name in lower case, such as <c>rotation</c>.</param>
public abstract class PretextTask<TBatch, TModel>(string name) : PretextTask(name)
    where TBatch : PretextBatch
    where TModel : PretextModel
{
    /// <inheritdoc/>
    public abstract override TBatch Generate(PretextInput input, RandomSource random);

    /// <inheritdoc/>
    public abstract override TModel CreateModel(PretextSetup setup);

    /// <inheritdoc/>
    public sealed override PreviewGrid Preview(PretextBatch batch, PretextModel? model) => Draw((TBatch)batch, (TModel?)model);

    /// <summary>Draws a generated batch, with the model's predictions when there is a model.</summary>
    /// <param name="batch">A batch of this task.</param>
    /// <param name="model">A model of this task, or null to draw inputs and pseudo-labels alone.</param>
    /// <returns>The picture.</returns>
    protected abstract PreviewGrid Draw(TBatch batch, TModel? model);
}
