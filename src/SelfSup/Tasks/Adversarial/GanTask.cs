using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>What <see cref="DcganTask"/>, <see cref="BiganTask"/> and <see cref="VideoGanTask"/> have in common: noise, recipe and samples.</summary>
/// <typeparam name="TModel">The model that the task creates.</typeparam>
public abstract class GanTask<TModel> : PretextTask<PretextBatch, TModel>
    where TModel : GanModel
{
    private const int Columns = 8;
    private const int SampleRows = 4;

    /// <summary>Seed of the noise of previews, whose samples are to be compared from one to the next.</summary>
    private protected const ulong PreviewSeed = 1;

    private protected GanTask(string name, GanOptions? options)
        : base(name)
    {
        Options = options ?? new GanOptions();
        Options.Validate();
    }

    /// <summary>
    /// DCGAN's: Adam with a momentum of 0.5, without warm-up and weight decay. The rate is theirs, 0.0002, for the discriminator, and three
    /// times as much for the other side.
    /// </summary>
    public override TrainingRecipe Recipe { get; } = new()
    {
        Optimizer = new AdamW { Beta1 = 0.5 },
        LearningRate = 6e-4,
        Warmup = 0,
        WeightDecay = 0,
    };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(Options);

    private protected GanOptions Options { get; }

    /// <summary>Draws the noise that images are made of.</summary>
    /// <param name="count">For how many images.</param>
    /// <param name="random">The only source of randomness.</param>
    /// <returns>Float32 (count, noise size), uniform in [-1, 1], on the source's device, owned by the caller.</returns>
    public virtual Tensor DrawNoise(int count, RandomSource random) =>
        random.Uniform(count, Options.NoiseSize).mul_(2).sub_(1);

    /// <summary>Draws as much noise as there are images. Whether an image is real needs no label: it is known from where it comes.</summary>
    /// <param name="input">RGB images, uint8 (N, 3, S, S), or clips (N, T, 3, S, S) for a task on clips.</param>
    /// <param name="random">Draws the noise.</param>
    /// <returns>Inputs: the images or clips. Targets: the noise, float32 (N, noise size), from <see cref="DrawNoise"/>.</returns>
    public override PretextBatch Generate(PretextInput input, RandomSource random) =>
        new(input.Images.clone(), DrawNoise((int)input.Images.shape[0], random));

    /// <summary>Draws rows of real images and of samples; the samples' noise is always the same.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, TModel? model)
    {
        using var scope = NewDisposeScope();
        var grid = new PreviewGrid { Legend = "Real images, and samples that the generator made of noise, of the same noise every time." };
        AddRows(grid, batch.Inputs, "real");
        if (model is not null)
        {
            using var random = new RandomSource(PreviewSeed, batch.Inputs.device);
            AddRows(grid, model.Sample(DrawNoise(Columns * SampleRows, random)), "sample");
        }
        return grid;
    }

    /// <summary>Adds images to a grid, eight a row.</summary>
    private protected static void AddRows(PreviewGrid grid, Tensor images, string caption)
    {
        using var scope = NewDisposeScope();
        foreach (var row in images.split(Columns))
            grid.AddRow(row.unbind().Select(image => new PreviewCell(image, caption)));
    }
}
