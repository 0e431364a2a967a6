namespace SelfSup.Tasks;

/// <summary>Which part of an image is removed.</summary>
public enum InpaintingMask
{
    /// <summary>The middle half, but for a band that is known and predicted all the same.</summary>
    Center,

    /// <summary>
    /// A few overlapping blocks, a quarter of the image together: no part of them can be guessed from the pixels next to it.
    /// </summary>
    RandomBlock,

    /// <summary>Irregular blobs, a quarter of the image together: the paper's choice for images of 128 pixels and more. At 32 pixels
    /// the blobs are so thin that colors next to them fill them, and the encoder learns little.</summary>
    RandomRegion,
}

/// <summary>Settings of <see cref="InpaintingTask"/>.</summary>
public sealed class InpaintingOptions
{
    /// <summary>Which part of an image is removed. The default is random blocks.</summary>
    public InpaintingMask Mask { get; init; } = InpaintingMask.RandomBlock;

    /// <summary>Whether a critic judges the completed images too, as a second objective. The default is false.</summary>
    public bool Adversarial { get; init; }

    /// <summary>Weight of the squared error beside the critic, in (0, 1). The default is 0.999; the critic has the rest.</summary>
    public double ReconstructionWeight { get; init; } = 0.999;
}
