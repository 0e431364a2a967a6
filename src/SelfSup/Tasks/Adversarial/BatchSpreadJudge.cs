using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// Judges a whole batch by how much its images differ, place by place on thumbnails of 8 pixels: a batch of images that are all alike
/// gives itself away.
/// </summary>
/// <remarks>
/// After Karras et al., "Progressive Growing of GANs", 2018, https://arxiv.org/abs/1710.10196. An encoder that begins with batch
/// normalization needs it: however alike the images of a batch are, they reach its second layer with a deviation of 1.
/// </remarks>
internal sealed class BatchSpreadJudge : nn.Module<Tensor, Tensor>
{
    private const int Side = 8;
    private readonly Linear weigh;

    public BatchSpreadJudge()
        : base(nameof(BatchSpreadJudge))
    {
        weigh = nn.Linear(3 * Side * Side, 1);
        RegisterComponents();
    }

    /// <summary>Judges a batch.</summary>
    /// <param name="images">Normalized images, float (N, 3, S, S).</param>
    /// <returns>One logit for all, float32 (1, 1), owned by the caller.</returns>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var thumbnails = nn.functional.adaptive_avg_pool2d(images, Side).flatten(1); // (N, 192)
        var deviations = thumbnails.sub(thumbnails.mean([0])).square().mean([0], keepdim: true).add(1e-8).sqrt(); // (1, 192)
        return weigh.forward(deviations).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
