using SelfSup.Augmentations;
using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Clusters the images by their features before every epoch, and asks for an image's cluster.</summary>
/// <remarks>
/// The second form: Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", 2020,
/// https://arxiv.org/abs/2006.09882, where it is called DeepCluster-v2. We deviate in that the recipe is SGD, for small batches, where the
/// authors take LARS; that clusters and head are fewer and smaller; that colors change at half strength, which suits small images; that
/// small crops have half the side of large ones; and that the memory starts with the central squares of the images and their mirror
/// images, where theirs starts with crops.
/// The first form: Caron et al., "Deep Clustering for Unsupervised Learning of Visual Features", 2018, https://arxiv.org/abs/1807.05520.
/// We deviate in that the encoder sees colors, where the authors feed the edges that a Sobel filter finds; that clusters are found by
/// cosine and an empty one keeps its center, where theirs are found by distance and an empty one splits a large one; that crops have a
/// fifth to all of the area; that a quarter of the features' directions is kept, at most 256, since small encoders have few that tell; and that the new layer learns by the recipe of the run.
/// Clusters have no meaning that lasts: their numbers are others in every epoch.
/// </remarks>
public sealed class DeepClusterTask : PretextTask<PretextBatch, DeepClusterModel>
{
    private readonly DeepClusterOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public DeepClusterTask(DeepClusterOptions? options = null)
        : base(options?.Form == DeepClusterForm.First ? "deepcluster-v1" : "deepcluster")
    {
        this.options = options ?? new DeepClusterOptions();
        this.options.Validate();
        Views = ViewsOf(this.options);
    }

    /// <summary>
    /// SGD at 0.03 for batches of 64, in proportion for others. The first form decays weights less, by 0.00001.
    /// </summary>
    public override TrainingRecipe Recipe => TrainingRecipe.Default with
    {
        LearningRate = 0.03,
        ReferenceBatchSize = 64,
        WeightDecay = options.Form == DeepClusterForm.First ? 1e-5 : 5e-4,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<View> Views { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>Hands on the crops; the targets are the images' indices, by which the model knows their clusters.</summary>
    /// <inheritdoc/>
    public override PretextBatch Generate(PretextInput input, RandomSource random) => PretextBatch.OfViews(input);

    /// <inheritdoc/>
    public override DeepClusterModel CreateModel(PretextSetup setup) => options.Form == DeepClusterForm.First
        ? new FirstDeepClusterModel(Name, setup, options)
        : new SecondDeepClusterModel(Name, setup, options);

    /// <summary>Draws a row an image: its crops with the clusters that the model predicts.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, DeepClusterModel? model)
    {
        using var clusters = model?.PredictClusters(batch);
        return CropPreview.Draw(
            batch, clusters, "cluster",
            "Each row: crops of one image, and the cluster that the model puts each into. Clusters are numbers without a meaning of their "
            + "own, others in every epoch. Green: the same as for the first crop.");
    }

    private static View[] ViewsOf(DeepClusterOptions options)
    {
        if (options.Form == DeepClusterForm.First)
            return [new View(new Augmentation { MinimumArea = 0.2 })];
        var large = new View(JointAugmentations.SimClr(), count: SecondDeepClusterModel.LargeCrops);
        var small = JointAugmentations.SimClr() with { MinimumArea = 0.05, MaximumArea = 0.14 };
        return options.LocalCrops == 0 ? [large] : [large, new View(small, count: options.LocalCrops) { Scale = 0.5 }];
    }
}
