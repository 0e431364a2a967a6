using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="SimMimTask"/>.</summary>
public sealed record SimMimOptions
{
    /// <summary>Share of an image that is hidden, in (0, 1). The default is 0.6, the paper's.</summary>
    public double MaskRatio { get; init; } = 0.6;

    /// <summary>Side of a patch in pixels, the encoder's; null, the default, is 4 up to 40 pixels, 8 up to 160, else 16.</summary>
    public int? PatchSize { get; init; }

    /// <summary>
    /// Side in pixels of the squares that are hidden, a multiple of the patch that divides the image; null, the default, is two patches, or
    /// one where two do not divide the image. At 224 pixels that is the paper's 32.
    /// </summary>
    public int? MaskSize { get; init; }

    /// <summary>Checks all settings.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    internal void Validate()
    {
        this.Require(MaskRatio is > 0 and < 1, MaskRatio, "in (0, 1)");
        this.Require(PatchSize is null or >= 1, PatchSize, "null or at least 1");
        this.Require(MaskSize is null or >= 1, MaskSize, "null or at least 1");
    }
}
