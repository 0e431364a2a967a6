using SelfSup.Optimization;
using SelfSup.Previews;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Asks for counts that are the same in an image at half its size as in its four quarters together.</summary>
/// <remarks>
/// Noroozi, Pirsiavash and Favaro, "Representation Learning by Learning to Count", 2017, https://arxiv.org/abs/1708.06734. What is
/// counted, the network finds by itself: things that halving leaves whole, that lie in one quarter or another, and that other images
/// have more or fewer of. Guards against shortcuts: images are halved by random filters, and a share of them is gray.
/// </remarks>
public sealed class CountingTask : PretextTask<PretextBatch, CountingModel>
{
    private const int Quarters = 4;
    private readonly CountingOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public CountingTask(CountingOptions? options = null)
        : base("counting")
    {
        this.options = options ??= new CountingOptions();
        options.Require(options.Counts is >= 1 and <= 10_000, options.Counts, "in 1..10,000");
        options.Require(options.Margin is > 0 and < double.PositiveInfinity, options.Margin, "above 0");
        options.Require(options.GrayShare is >= 0 and <= 1, options.GrayShare, "in [0, 1]");
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <summary>AdamW at its usual settings: by SGD counting is learned too slowly to help within few epochs.</summary>
    public override TrainingRecipe Recipe { get; } = TrainingRecipe.For(new AdamW());

    /// <summary>Halves and quarters every image, and pairs it with another.</summary>
    /// <param name="input">RGB images, uint8 (N, 3, S, S), at least two; of an odd S the last row and column are left out.</param>
    /// <param name="random">Draws filters, gray images and pairs.</param>
    /// <returns>
    /// Inputs uint8 (5N, 3, S / 2, S / 2): N halved images, then the four quarters of each, row by row; targets int64 (N), the number
    /// of the other image from which each must differ.
    /// </returns>
    /// <exception cref="ArgumentException">There is a single image, or they are not square.</exception>
    public override PretextBatch Generate(PretextInput input, RandomSource random)
    {
        var images = input.Images;
        long count = images.shape[0], side = images.shape[2] / 2;
        if (count < 2)
            throw new ArgumentException("Counting compares images with one another, so a batch needs at least two.", nameof(input));
        if (images.shape[2] != images.shape[3])
            throw new ArgumentException($"Counting needs square images, not {images.shape[3]} x {images.shape[2]} pixels.", nameof(input));
        using var scope = NewDisposeScope();
        var even = GrayMix.Apply(images.narrow(2, 0, 2 * side).narrow(3, 0, 2 * side), options.GrayShare, random);
        var filters = random.Integers(HalvingFilters.Count, count);
        var quarters = even.reshape(count, 3, 2, side, 2, side).permute(0, 2, 4, 1, 3, 5).reshape(Quarters * count, 3, side, side);
        // The same random distance to the other for all: none is its own, and each is another's once.
        var distance = random.Integers(count - 1, 1).add_(1);
        var others = arange(count, int64, images.device).add_(distance).remainder_(count);
        return new PretextBatch(
            cat([HalvingFilters.Apply(even, filters), quarters]).MoveToOuterDisposeScope(), others.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public override CountingModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, options);

    /// <summary>
    /// Draws a row an image: it at half its size, its quarters, and the other image; with a model, how far the counts of either are
    /// from those of the quarters.
    /// </summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, CountingModel? model)
    {
        using var scope = NewDisposeScope();
        var others = batch.Targets.to(CPU).data<long>().ToArray();
        var tiles = batch.Inputs.cpu().to(ScalarType.Float32).div_(255);
        var distances = model is null ? null : Measure(model, batch);
        var picture = new PreviewGrid
        {
            Legend = "The model counts things of its own choice. An image at half its size must have the counts of its four quarters together, "
                + "and another image must not. With a model: how far either is from the quarters. Green: the other is farther.",
        };
        for (var i = 0; i < others.Length; i++)
        {
            var whole = Tiles.Assemble(Enumerable.Range(0, Quarters).Select(quarter => tiles[others.Length + Quarters * i + quarter]), 2);
            var (own, other) = distances is null ? ("half size", "other image") : (Caption("half", distances[0][i]), Caption("other", distances[1][i]));
            var mark = distances is null ? PreviewMark.None : distances[0][i] < distances[1][i] ? PreviewMark.Right : PreviewMark.Wrong;
            picture.AddRowOf(i, new PreviewCell(tiles[i], own, mark), new PreviewCell(whole, "quarters"), new PreviewCell(tiles[others[i]], other));
        }
        return picture;

        static string Caption(string name, float distance) => FormattableString.Invariant($"{name}: {distance:F1}");
    }

    private static float[][] Measure(CountingModel model, PretextBatch batch)
    {
        using var noGrad = no_grad();
        var (halved, quarters) = model.Count(batch);
        var (own, other) = CountingModel.Distances(halved, quarters, batch.Targets);
        return [.. new[] { own, other }.Select(distances => distances.sqrt().to(CPU).data<float>().ToArray())];
    }
}
