using SelfSup.Previews;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Cuts pairs of neighboring patches out of every image and asks where each lies from the other, of eight places.</summary>
/// <remarks>
/// Doersch, Gupta and Efros, "Unsupervised Visual Representation Learning by Context Prediction", 2015,
/// https://arxiv.org/abs/1505.05192. Guards against shortcuts: a gap and a jitter between the patches, one color
/// channel of each (<see cref="ColorGuard.Dropping"/>), a share of them shrunk and enlarged again, and every patch standardized by
/// channel on its own.
/// <para>
/// Deviations: a pair lies anywhere in the image where it fits, not on a grid of patches, so that patches of small images can be
/// large. The images are not resized to a random number of pixels first; a recipe's augmentation may do that. Patches are shrunk to
/// half their side at least, not to a tenth, which would be about one pixel of a small image. The channel that stays of a patch takes the
/// place of the other two, where the authors put noise. Four pairs of an image are asked about, not all of four grids. The shift of both
/// patches is drawn as one, uniformly, and not as the sum of two. The encoder, its BatchNorm and the head are the
/// library's, so there is no batch normalization without scale and shift, and the layers behind the encoder are narrower.
/// </para>
/// </remarks>
public sealed class RelativePatchTask : ClassificationTask
{
    private const int Places = 8;

    private static readonly string[] PlaceNames =
        ["above left", "above", "above right", "left", "right", "below left", "below", "below right"];

    private readonly RelativePatchOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public RelativePatchTask(RelativePatchOptions? options = null)
        : base("relative-patch", Places)
    {
        this.options = options ??= new RelativePatchOptions();
        options.Require(options.PatchShare is null or (> 0 and < 0.5), options.PatchShare, "in (0, 0.5)");
        options.Require(options.GapShare is > 0 and <= 2, options.GapShare, "in (0, 2]");
        options.Require(
            options.JitterShare >= 0 && options.JitterShare < options.GapShare, options.JitterShare,
            $"at least 0 and below {nameof(options.GapShare)}");
        options.Require(options.Pairs is >= 1 and <= 16, options.Pairs, "in 1..16");
        options.Require(Enum.IsDefined(options.ColorGuard), options.ColorGuard, $"a {nameof(ColorGuard)}");
        options.Require(options.ResampledShare is >= 0 and <= 1, options.ResampledShare, "in [0, 1]");
    }

    /// <summary>The patches' geometry for a size of image.</summary>
    /// <param name="imageSize">Side of the image in pixels.</param>
    /// <returns>Side of a patch, regular gap between neighbors and largest shift of one of them, in pixels.</returns>
    /// <exception cref="ArgumentException">Two patches do not fit into the image, or there is no room for a gap.</exception>
    public (int Patch, int Gap, int Jitter) GeometryFor(int imageSize)
    {
        var patch = (int)(imageSize * (options.PatchShare ?? (imageSize <= 40 ? 0.375 : 0.25)));
        var gap = (int)(patch * options.GapShare);
        var jitter = (int)Math.Round(patch * options.JitterShare);
        if (patch < 4 || gap <= jitter)
            throw new ArgumentException($"Images of {imageSize} pixels are too small for patches of {patch} with a gap of {gap} and a jitter of {jitter}.");
        return 2 * patch + gap + jitter <= imageSize
            ? (patch, gap, jitter)
            : throw new ArgumentException($"Two patches of {patch} pixels do not fit into {imageSize} with a gap of {gap} and a jitter of {jitter}.");
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <inheritdoc/>
    public override void CheckFits(Encoder encoder, int frames)
    {
        base.CheckFits(encoder, frames);
        GeometryFor(encoder.ImageSize);
    }

    /// <summary>Cuts and standardizes pairs of patches.</summary>
    /// <param name="images">RGB images, uint8 (N, 3, S, S).</param>
    /// <param name="random">Draws places, positions, shifts, sides and channels.</param>
    /// <returns>
    /// Inputs float (2M, 3, p, p) of M = N x pairs pairs, whose patch i belongs with patch i + M; labels (2M) in 0..7, the place of
    /// each patch's partner, row by row from above left to below right. Those of two partners add up to 7.
    /// </returns>
    protected override LabeledBatch Generate(Tensor images, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var device = images.device;
        var (side, gap, jitter) = GeometryFor((int)Math.Min(images.shape[2], images.shape[3]));
        long count = images.shape[0], pairs = options.Pairs;

        var place = random.Integers(Places, count, pairs);
        var cell = place.add(place.ge(Places / 2)); // of a grid of 3 x 3, whose center is nobody's place
        var (firstRow, secondRow) = DrawPositions(cell.div(3, RoundingMode.floor), images.shape[2]);
        var (firstColumn, secondColumn) = DrawPositions(cell.remainder(3), images.shape[3]);
        var rows = stack([firstRow, secondRow], 2).view(count, 1, 2 * pairs, 1, 1);
        var columns = stack([firstColumn, secondColumn], 2).view(count, 1, 2 * pairs, 1, 1);
        var patches = Tiles.Cut(images, rows, columns, side)
            .view(count * pairs, 2, 3, side, side).transpose(0, 1).reshape(-1, 3, side, side); // all first ones, then all second ones
        var inputs = TileColors.Standardize(Resampling.Apply(patches, options.ResampledShare, random), options.ColorGuard, random);
        var labels = place.view(-1);
        return new LabeledBatch(
            inputs.MoveToOuterDisposeScope(), cat([labels, labels.neg().add_(Places - 1)]).MoveToOuterDisposeScope());

        // Along one axis, where two patches begin, the second of which is before (0), beside (1) or behind (2) the first.
        (Tensor First, Tensor Second) DrawPositions(Tensor order, long length)
        {
            var step = order.sub(1).mul_(side + gap).add_(random.Integers(2 * jitter + 1, count, pairs).sub_(jitter));
            var ways = step.abs().neg_().add_(length - side + 1); // to place the pair in the image
            var first = random.Uniform(count, pairs).mul_(ways).floor_().to(int64)
                .minimum(ways.sub(1)) // a draw next to 1 can round up to the number of ways
                .sub_(step.clamp_max(0));
            return (first, first.add(step));
        }
    }

    /// <inheritdoc/>
    public override PretextModel CreateModel(PretextSetup setup) => new RelativePatchModel(Name, setup.Encoder, Places);

    /// <inheritdoc/>
    protected override string Question => "Where does the second patch lie, seen from the first in the middle?";

    /// <inheritdoc/>
    public override string LabelName(int label) => PlaceNames[label];

    /// <summary>Draws a row a pair: a patch with its partner where it lies, and where the model would put it.</summary>
    /// <inheritdoc/>
    public override PreviewGrid Preview(PretextBatch batch, PretextModel? model)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var labels = batch.Targets.to(CPU).data<long>().ToArray();
        var predictions = (model as IClassifyingModel)?.ComputeLogits(batch).argmax(1).to(CPU).data<long>().ToArray();
        var patches = Tiles.Show(batch.Inputs).cpu();
        var picture = new PreviewGrid
        {
            Legend = $"{Question} Each row: where it lies, and where the model puts it. Green is right, red is wrong. "
                + "The encoder sees one patch at a time, with the colors changed so that they do not give the answer away.",
        };
        var pairs = labels.Length / 2;
        for (var i = 0; i < pairs; i++)
        {
            var truth = new PreviewCell(Arrange(patches[i], patches[pairs + i], labels[i]), LabelName((int)labels[i]));
            if (predictions is null)
            {
                picture.AddRowOf(i / options.Pairs, truth);
                continue;
            }
            var mark = predictions[i] == labels[i] ? PreviewMark.Right : PreviewMark.Wrong;
            var answer = Arrange(patches[i], patches[pairs + i], predictions[i]);
            picture.AddRowOf(i / options.Pairs, truth, new PreviewCell(answer, LabelName((int)predictions[i]), mark));
        }
        return picture;
    }

    /// <summary>A patch in the middle of a blank grid, and another in one of the places around it.</summary>
    private static Tensor Arrange(Tensor first, Tensor second, long place)
    {
        var side = first.shape[1];
        var pitch = side + 2;
        var picture = full(3, 2 * pitch + side, 2 * pitch + side, 0.9f, device: CPU);
        Put(first, Places / 2);
        Put(second, place < Places / 2 ? place : place + 1);
        return picture;

        void Put(Tensor patch, long cell) =>
            picture.narrow(1, cell / 3 * pitch, side).narrow(2, cell % 3 * pitch, side).copy_(patch);
    }
}
