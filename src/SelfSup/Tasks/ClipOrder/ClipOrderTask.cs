using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Cuts three shorter clips out of every clip, shuffles them and asks for their order.</summary>
/// <remarks>
/// Xu et al., "Self-Supervised Spatiotemporal Learning via Video Clip Order Prediction", 2019,
/// https://openaccess.thecvf.com/content_CVPR_2019/html/Xu_Self-Supervised_Spatiotemporal_Learning_via_Video_Clip_Order_Prediction_CVPR_2019_paper.html.
/// Unlike there, every clip stands in the batch in all orders that are told apart, so that what it shows gives nothing away, and an order
/// and its reverse are one class unless <see cref="ClipOrderOptions.TellDirection"/> says otherwise.
/// <para>
/// Deviations: parts are three frames with at least two between, for short clips; theirs are 16 frames with exactly 8 between. What the
/// head compares of a part is where things are on its last map and how it differs from the other parts (<see cref="OrderModel"/>), not
/// the mean of the map.
/// </para>
/// </remarks>
public sealed class ClipOrderTask : ClipTask
{
    private const int Parts = 3;
    private static readonly PermutationSet directed = PermutationSet.Symmetric3();
    private static readonly PermutationSet undirected = new([[0, 1, 2], [0, 2, 1], [1, 0, 2]]);
    private readonly ClipOrderOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public ClipOrderTask(ClipOrderOptions? options = null)
        : base("clip-order", OrdersOf(options ??= new ClipOrderOptions()).Count, Validated(options).Span) => this.options = options;

    /// <summary>The orders that are told apart: slot t of an input receives part <c>Orders[label][t]</c>, or all parts are the other way round.</summary>
    public PermutationSet Orders => OrdersOf(options);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => Runtime.Settings.Describe(options);

    /// <inheritdoc/>
    protected override string Question => "In which order are the three parts of the clip?";

    /// <inheritdoc/>
    public override string LabelName(int label) => $"order {string.Join(' ', Orders[label])}";

    /// <inheritdoc/>
    public override PretextModel CreateModel(PretextSetup setup) => new OrderModel(Name, setup.Encoder, Parts, Classes);

    /// <summary>Makes three inputs of every clip and order.</summary>
    /// <param name="clips">Clips, uint8 (N, T, 3, S, S).</param>
    /// <param name="random">Draws where the parts begin in clips that are longer than need be, and which orders are reversed.</param>
    /// <returns>Inputs uint8 (N x classes x 3, t, 3, S, S), slot after slot of an order, and labels (N x classes), all of a clip in turn.</returns>
    protected override LabeledBatch GenerateOf(Tensor clips, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var device = clips.device;
        long count = clips.shape[0], length = options.PartFrames;
        // Frames that are not needed go before, between and after the parts, as it happens.
        var delays = random.Integers(clips.shape[1] - MinimumFrames + 1, count, Parts).sort(1).Values;
        var starts = arange(Parts, int64, device).mul(length + options.Interval).add(delays); // (N, 3), in the order of time
        var parts = Orders.On(device).unsqueeze(0).expand(count, -1, -1);
        if (!options.TellDirection)
            parts = where(random.Chance(0.5, count, Classes, 1), parts.neg().add(Parts - 1), parts);
        var frames = starts.gather(1, parts.flatten(1)).unsqueeze(2).add(arange(length, int64, device)); // (N, classes x 3, t)
        var inputs = TakeFrames(clips, frames.flatten(1)).view([count * Classes * Parts, length, .. clips.shape[2..]]);
        return new LabeledBatch(inputs.MoveToOuterDisposeScope(), arange(Classes, int64, device).repeat(count).MoveToOuterDisposeScope());
    }

    private static PermutationSet OrdersOf(ClipOrderOptions options) => options.TellDirection ? directed : undirected;

    private static ClipOrderOptions Validated(ClipOrderOptions options)
    {
        options.Require(options.PartFrames >= 2, options.PartFrames, "at least 2");
        options.Require(options.Interval >= 0, options.Interval, "at least 0");
        return options;
    }
}
