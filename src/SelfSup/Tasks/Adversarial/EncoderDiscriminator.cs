using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// What makes a discriminator of an encoder, whose verdict is linear in the encoder's last map and in the batch's spread. Of clips it looks
/// at the mean over time of both.
/// </summary>
internal sealed class EncoderDiscriminator : nn.Module
{
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly BatchSpreadJudge spread;

    public EncoderDiscriminator(Encoder encoder)
        : base(nameof(EncoderDiscriminator))
    {
        head = LastMapHead.Create(encoder, 1);
        spread = new BatchSpreadJudge();
        RegisterComponents();
    }

    /// <summary>Judges images or clips, uint8, or float in [0, 1].</summary>
    /// <returns>The logits (N, 1) of their being real, float32, owned by the caller.</returns>
    public Tensor Judge(Encoder encoder, Tensor images)
    {
        using var scope = NewDisposeScope();
        var inputs = encoder.Normalize(images);
        var own = head.forward(OverTime(encoder.ForwardStages(inputs)[^1])).to(ScalarType.Float32);
        return own.add(spread.forward(OverTime(inputs))).MoveToOuterDisposeScope();
    }

    /// <summary>Judges what was generated, in [-1, 1]; the encoder's statistics stay as they are.</summary>
    /// <returns>The logits (N, 1) of its being real, float32, owned by the caller.</returns>
    public Tensor JudgeGenerated(Encoder encoder, Tensor images)
    {
        using var scope = NewDisposeScope();
        using var untracked = new UntrackedStatistics(encoder);
        return Judge(encoder, PixelRange.ToUnit(images)).MoveToOuterDisposeScope();
    }

    /// <summary>Clips (N, C, T, H, W), of any length, to their means over time (N, C, H, W); images as they are.</summary>
    private static Tensor OverTime(Tensor maps) => maps.dim() == 5 ? maps.mean([2]) : maps;
}
