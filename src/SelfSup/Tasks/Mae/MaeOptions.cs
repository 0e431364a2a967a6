using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="MaeTask"/>.</summary>
public sealed record MaeOptions
{
    /// <summary>Share of the patches that is hidden, in (0, 1). The default is 0.75, the paper's.</summary>
    public double MaskRatio { get; init; } = 0.75;

    /// <summary>Side of a patch in pixels, the encoder's; null, the default, is 4 up to 40 pixels, 8 up to 160, else 16.</summary>
    public int? PatchSize { get; init; }

    /// <summary>Length of the decoder's tokens, divisible by 4 and by the heads. The default is 128; the paper has 512.</summary>
    public int DecoderWidth { get; init; } = 128;

    /// <summary>Blocks of the decoder, at least 1. The default is 2; the paper has 8.</summary>
    public int DecoderDepth { get; init; } = 2;

    /// <summary>Heads of the decoder, at least 1. The default is 4; the paper has 16.</summary>
    public int DecoderHeads { get; init; } = 4;

    /// <summary>Whether a patch is to be told up to its mean and contrast. The default is true, the paper's best.</summary>
    public bool NormalizePatches { get; init; } = true;

    /// <summary>Checks all settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    internal void Validate()
    {
        this.Require(MaskRatio is > 0 and < 1, MaskRatio, "in (0, 1)");
        this.Require(PatchSize is null or >= 1, PatchSize, "null or at least 1");
        this.Require(DecoderDepth >= 1, DecoderDepth, "at least 1");
        this.Require(DecoderHeads >= 1, DecoderHeads, "at least 1");
        this.Require(
            DecoderWidth >= 4 && DecoderWidth % 4 == 0 && DecoderWidth % DecoderHeads == 0, DecoderWidth,
            $"divisible by 4 and by the {DecoderHeads} heads");
    }
}
