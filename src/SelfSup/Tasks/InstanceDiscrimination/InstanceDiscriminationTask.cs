using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Asks every image which of all images it is, by a memory of what the network made of each before.</summary>
/// <remarks>
/// Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination" (NPID), 2018, https://arxiv.org/abs/1805.01978;
/// as an option with variations after Dosovitskiy et al., "Discriminative Unsupervised Feature Learning with Exemplar Convolutional Neural
/// Networks", 2014, https://arxiv.org/abs/1406.6909, but for its rotations and contrasts along principal components. Deviations from
/// the paper: a softmax over as many other images as its noise-contrastive estimation draws; the learning rate falls by a cosine; the memory
/// starts with the untrained network's embeddings, not with noise; embeddings are batch-normalized, without which those of small networks
/// all point one way; images are mirrored too. The memory has 4 bytes times its width for every image, 26 MB for 50,000 images, and stands
/// in every checkpoint. An image is compared with what it was an epoch before: plan for ten epochs or more. On held-out images, which have
/// no rows, each stands for its own.
/// </remarks>
public sealed class InstanceDiscriminationTask : PretextTask<InstanceBatch, InstanceDiscriminationModel>
{
    private const int Columns = 8;
    private static readonly Augmentation Npid = new()
    {
        MinimumArea = 0.2,
        Brightness = 0.4,
        Contrast = 0.4,
        Saturation = 0.4,
        Hue = 0.4,
        Grayscale = 0.2,
    };

    private static readonly Augmentation Exemplar = new()
    {
        MinimumArea = 0.5,
        Brightness = 0.5,
        Contrast = 0.7,
        Saturation = 0.7,
        Hue = 0.1,
    };

    private readonly InstanceDiscriminationOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public InstanceDiscriminationTask(InstanceDiscriminationOptions? options = null)
        : base("instance-discrimination")
    {
        this.options = options ?? new InstanceDiscriminationOptions();
        this.options.Validate();
        Views = [new View(this.options.Variation == InstanceVariation.Npid ? Npid : Exemplar)];
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>SGD at a learning rate of 0.03 for batches of 64 images, in proportion for others.</summary>
    public override TrainingRecipe Recipe { get; } = TwoViews.Recipe;

    /// <summary>One view of every image.</summary>
    public override IReadOnlyList<View> Views { get; }

    /// <summary>Hands on the view, and draws the other images.</summary>
    /// <inheritdoc/>
    public override InstanceBatch Generate(PretextInput input, RandomSource random)
    {
        using var draws = random.Integers(int.MaxValue, 1, options.Negatives); // of one row, since they are for no image of its own
        return new(input.Images.alias(), input.Indices.alias(), draws[0]);
    }

    /// <inheritdoc/>
    public override InstanceDiscriminationModel CreateModel(PretextSetup setup) => new(Name, setup, options);

    /// <summary>Draws every view, eight a row; with a model, how many images' rows are closer to it than its own.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(InstanceBatch batch, InstanceDiscriminationModel? model)
    {
        using var scope = NewDisposeScope();
        var images = batch.Inputs.cpu();
        var ranks = model?.Rank(batch).cpu().data<long>().ToArray();
        var grid = new PreviewGrid
        {
            Legend = "Every image is cut and colored at random, and the model must find it among all images by what it remembers of each. With a model: "
                + "how many others it takes for more alike. Green: it finds the image itself.",
        };
        for (var start = 0; start < images.shape[0]; start += Columns)
            grid.AddRow(Enumerable.Range(start, (int)Math.Min(Columns, images.shape[0] - start)).Select(i => Cell(images[i], ranks?[i])));
        return grid;
    }

    private static PreviewCell Cell(Tensor image, long? rank) => rank is null
        ? new PreviewCell(image, "")
        : new PreviewCell(image, $"{rank} closer", rank == 0 ? PreviewMark.Right : PreviewMark.Wrong);
}
