using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Cuts three shorter clips out of every clip, shuffles them and asks for their order.</summary>
/// <remarks>
/// Xu et al., "Self-Supervised Spatiotemporal Learning via Video Clip Order Prediction", 2019,
/// https://openaccess.thecvf.com/content_CVPR_2019/html/Xu_Self-Supervised_Spatiotemporal_Learning_via_Video_Clip_Order_Prediction_CVPR_2019_paper.html.
/// </remarks>
public sealed class ClipOrderTask : ClipTask
{
    private const int Parts = 3;
    private static readonly PermutationSet orders = PermutationSet.Symmetric3();
    private readonly ClipOrderOptions options;

    /// <summary>Creates the task.</summary>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public ClipOrderTask(ClipOrderOptions? options = null)
        : base("clip-order", orders.Count, Validated(options ??= new ClipOrderOptions()).Span) => this.options = options;

    /// <summary>The orders that are told apart: slot t of an input receives part <c>Orders[label][t]</c>.</summary>
    public static PermutationSet Orders => orders;

    /// <inheritdoc/>
    public override string LabelName(int label) => $"order {string.Join(' ', orders[label])}";

    /// <inheritdoc/>
    public override PretextModel CreateModel(Encoder encoder) => new OrderModel(Name, encoder, Parts, Classes);

    /// <summary>Makes three inputs of every clip.</summary>
    /// <param name="clips">Clips, uint8 (N, T, 3, S, S).</param>
    /// <param name="random">Draws the orders, and where the first part begins in clips that are longer than need be.</param>
    /// <returns>Inputs uint8 (3N, t, 3, S, S), slot after slot of a clip, and labels (N) in 0..5.</returns>
    protected override PretextBatch GenerateOf(Tensor clips, Generator random)
    {
        using var scope = NewDisposeScope();
        var device = clips.device;
        long count = clips.shape[0], length = options.PartFrames;
        var labels = randint(0, orders.Count, [count], int64, device, generator: random);
        var start = randint(0, clips.shape[1] - MinimumFrames + 1, [count, 1, 1], int64, device, generator: random);
        var part = tensor(orders.ToArray(), [orders.Count, Parts], device: device).index_select(0, labels).unsqueeze(2); // (N, 3, 1)
        var frames = part.mul(length + options.Interval).add(start).add(arange(length, int64, device)); // (N, 3, t)
        var inputs = TakeFrames(clips, frames.flatten(1)).view([count * Parts, length, .. clips.shape[2..]]);
        return new PretextBatch(inputs.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
    }

    private static ClipOrderOptions Validated(ClipOrderOptions options)
    {
        options.Require(options.PartFrames >= 2, options.PartFrames, "at least 2");
        options.Require(options.Interval >= 0, options.Interval, "at least 0");
        return options;
    }
}
