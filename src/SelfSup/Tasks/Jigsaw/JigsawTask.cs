using SelfSup.Previews;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Cuts every image into tiles, shuffles them and asks for the permutation.</summary>
/// <remarks>
/// Noroozi and Favaro, "Unsupervised Learning of Visual Representations by Solving Jigsaw Puzzles", 2016,
/// https://arxiv.org/abs/1603.09246. Guards against shortcuts: a random gap between tiles, one color channel of each tile
/// (<see cref="ColorGuard.Dropping"/>), and every tile standardized by channel on its own. With <see cref="ColorGuard.None"/> or
/// <see cref="ColorGuard.Projection"/>, channels are shifted against each other and a share of images turns gray, as in the paper; on
/// noise that a lens has parted by a pixel at the border, a network still reads the places of tiles from their colors then.
/// <para>
/// Deviations: dropping channels is the guard of Doersch et al., not this paper's. Offsets are clamped so that a tile never leaves its cell,
/// unlike in the authors' data layer. All tiles pass the encoder in one batch, whose BatchNorm statistics are those of all slots.
/// </para>
/// </remarks>
public sealed class JigsawTask : PretextTask<LabeledBatch, JigsawModel>
{
    private static readonly PermutationSet ofFour = PermutationSet.Alternating4();
    private static readonly PermutationSet ofNine = PermutationSet.Affine72();
    private readonly JigsawOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or grid and permutations do not fit.</exception>
    public JigsawTask(JigsawOptions? options = null)
        : base("jigsaw")
    {
        this.options = options ??= new JigsawOptions();
        options.Require(options.Grid is null or 2 or 3, options.Grid, "2 or 3");
        if (options.Permutations is { } set && set.Tiles != (options.Grid ?? 3) * (options.Grid ?? 3))
        {
            throw new ArgumentException(
                $"{nameof(JigsawOptions)}.{nameof(options.Permutations)} orders {set.Tiles} tiles; set {nameof(options.Grid)} to match.",
                nameof(options));
        }
        options.Require(options.TileShare is > 0 and <= 1, options.TileShare, "in (0, 1]");
        options.Require(options.ChannelShift is >= 0 and <= 4, options.ChannelShift, "in 0..4");
        options.Require(Enum.IsDefined(options.ColorGuard), options.ColorGuard, $"a {nameof(ColorGuard)}");
        options.Require(options.GrayShare is >= 0 and <= 1, options.GrayShare, "in [0, 1]");
    }

    /// <summary>The tiles' geometry for a size of image.</summary>
    /// <param name="imageSize">Side of the image in pixels.</param>
    /// <returns>Tiles along a side, side of a cell and side of a tile in pixels.</returns>
    /// <exception cref="ArgumentException">The image is too small for the grid.</exception>
    public (int Grid, int Cell, int Tile) GeometryFor(int imageSize)
    {
        var grid = options.Grid ?? (options.Permutations is not null ? 3 : imageSize <= 40 ? 2 : 3);
        var cell = imageSize / grid;
        var tile = (int)Math.Round(cell * options.TileShare);
        return tile >= 4
            ? (grid, cell, tile)
            : throw new ArgumentException($"Images of {imageSize} pixels are too small for {grid} x {grid} tiles.");
    }

    /// <summary>The permutations for a size of image.</summary>
    /// <param name="imageSize">Side of the image in pixels.</param>
    /// <returns>The set whose indices are the pseudo-labels.</returns>
    public PermutationSet PermutationsFor(int imageSize) =>
        options.Permutations ?? (GeometryFor(imageSize).Grid == 2 ? ofFour : ofNine);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <inheritdoc/>
    public override void CheckFits(Encoder encoder, int frames)
    {
        base.CheckFits(encoder, frames);
        GeometryFor(encoder.ImageSize);
    }

    /// <summary>Cuts, shuffles and standardizes the tiles of every image.</summary>
    /// <param name="input">RGB images, uint8 (N, 3, S, S).</param>
    /// <param name="random">Draws permutations, offsets, channels and their shifts, and gray images.</param>
    /// <returns>
    /// Inputs float (N x tiles, 3, t, t), each tile with mean 0 and deviation 1 a channel, slot t of an image holding tile
    /// <c>permutation[t]</c>; labels (N).
    /// </returns>
    public override LabeledBatch Generate(PretextInput input, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var images = input.Images;
        var (grid, cell, side) = GeometryFor((int)images.shape[2]);
        long count = images.shape[0], tiles = grid * grid;
        var set = PermutationsFor((int)images.shape[2]);

        var labels = random.Integers(set.Count, count); // (N)
        var tile = set.On(images.device).index_select(0, labels).view(count, 1, tiles, 1, 1); // (N, 1, tiles, 1, 1)
        var rows = (tile.div(grid, RoundingMode.floor) * cell).add(DrawOffsets(count, tiles, cell - side, random)); // (N, 3, tiles, 1, 1)
        var columns = (tile.remainder(grid) * cell).add(DrawOffsets(count, tiles, cell - side, random));
        var colored = options.ColorGuard == ColorGuard.Dropping ? images : GrayMix.Apply(images, options.GrayShare, random);
        var pixels = Tiles.Cut(colored, rows, columns, side);
        return new LabeledBatch(TileColors.Standardize(pixels, options.ColorGuard, random).MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public override JigsawModel CreateModel(PretextSetup setup)
    {
        var size = setup.Encoder.ImageSize;
        var (grid, _, _) = GeometryFor(size);
        return new JigsawModel(Name, setup.Encoder, grid * grid, PermutationsFor(size).Count);
    }

    /// <inheritdoc/>
    protected override PreviewGrid Draw(LabeledBatch batch, JigsawModel? model)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var labels = batch.Targets.to(CPU).data<long>().ToArray();
        var predictions = model?.ComputeLogits(batch).argmax(1).to(CPU).data<long>().ToArray();
        var tiles = (int)(batch.Inputs.shape[0] / labels.Length);
        var grid = (int)Math.Sqrt(tiles);
        var side = batch.Inputs.shape[2];
        var shuffled = Tiles.Show(batch.Inputs).view(labels.Length, tiles, 3, side, side);
        var set = PermutationsInUse(tiles);
        var picture = new PreviewGrid
        {
            Legend = "Each row: the tiles of an image, shuffled, and put back in the order that is asked for, or that the model answers. "
                + "Numbers count the places row by row. Green is right, red is wrong. The encoder sees one tile at a time, its colors evened out.",
        };
        for (var i = 0; i < labels.Length; i++)
        {
            var guess = (int)(predictions?[i] ?? labels[i]);
            var mark = predictions is null ? PreviewMark.None : predictions[i] == labels[i] ? PreviewMark.Right : PreviewMark.Wrong;
            var restored = set[guess].Select((tile, slot) => (tile, slot)).OrderBy(pair => pair.tile).Select(pair => pair.slot).ToArray();
            picture.AddRowOf(
                i,
                new PreviewCell(Tiles.Assemble(Enumerable.Range(0, tiles).Select(slot => shuffled[i, slot]), grid), $"shuffled: {OrderOf(labels[i])}"),
                new PreviewCell(Tiles.Assemble(restored.Select(slot => shuffled[i, slot]), grid), predictions is null ? "put back" : $"model: {OrderOf(guess)}", mark));
        }
        return picture;

        // From which places the tiles come.
        string OrderOf(long label) => string.Join(' ', set[(int)label].Select(tile => tile + 1));
    }

    private PermutationSet PermutationsInUse(int tiles) =>
        options.Permutations ?? (tiles == 4 ? ofFour : ofNine);

    /// <summary>Offsets of tiles in their cells, one a tile and channel, never outside the cell: int64 (N, 3, tiles, 1, 1).</summary>
    private Tensor DrawOffsets(long count, long tiles, int slack, RandomSource random)
    {
        var offset = random.Integers(slack + 1, count, 1, tiles, 1, 1);
        var shift = random.Integers(2 * options.ChannelShift + 1, count, 3, tiles, 1, 1).sub_(options.ChannelShift);
        return offset.add(shift).clamp_(0, slack);
    }
}
