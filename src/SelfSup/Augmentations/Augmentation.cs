using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>How images are varied before a task makes its inputs of them. Every default is usable.</summary>
public sealed record Augmentation
{
    /// <summary>
    /// Least share of an image's area in a crop, above 0 and at most 1. At 1, the default, crops are not resized, only shifted; below, a
    /// random rectangle is resized (<see cref="RandomResizedCrop"/>). Pretext tasks that ask for shapes and places want whole objects:
    /// stay at 0.5 or above for them.
    /// </summary>
    public double MinimumArea { get; init; } = 1;

    /// <summary>Whether a random half of the images is mirrored. The default is true.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>Strength of random brightness, contrast and saturation, in [0, 1]. The default is 0: pretext tasks read colours.</summary>
    public double ColorJitter { get; init; }

    /// <summary>Largest turn of the hues, as part of a full turn, in [0, 0.5]. The default is 0.</summary>
    public double Hue { get; init; }

    /// <summary>Probability that an image becomes grey, in [0, 1]. The default is 0.</summary>
    public double Greyscale { get; init; }

    /// <summary>Probability that an image is blurred, in [0, 1]. The default is 0.</summary>
    public double Blur { get; init; }

    private bool ChangesColors => ColorJitter > 0 || Hue > 0 || Greyscale > 0;

    /// <summary>Varies a batch.</summary>
    /// <param name="images">
    /// RGB images, uint8 (N, 3, S, S); borrowed. Where S is not above <paramref name="size"/> and crops are only shifted, they are first
    /// continued by reflection on every side, by an eighth of the size.
    /// </param>
    /// <param name="size">Side of the result in pixels.</param>
    /// <param name="random">Draws everything, on the images' device.</param>
    /// <returns>The varied images, uint8 (N, 3, size, size), owned by the caller.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public Tensor Apply(Tensor images, int size, Generator random)
    {
        Validate();
        using var scope = NewDisposeScope();
        var varied = MinimumArea < 1
            ? RandomResizedCrop.Apply(images, size, MinimumArea, Flip, random)
            : RandomCropFlip.Apply(images, size, images.shape[2] > size ? 0 : size / 8, Flip, random);
        if (ChangesColors)
            varied = Augmentations.ColorJitter.Apply(varied, ColorJitter, Hue, Greyscale, random);
        if (Blur > 0)
            varied = GaussianBlur.Apply(varied, Blur, random);
        return varied.MoveToOuterDisposeScope();
    }

    internal void Validate()
    {
        this.Require(MinimumArea is > 0 and <= 1, MinimumArea, "above 0 and at most 1");
        this.Require(ColorJitter is >= 0 and <= 1, ColorJitter, "in [0, 1]");
        this.Require(Hue is >= 0 and <= 0.5, Hue, "in [0, 0.5]");
        this.Require(Greyscale is >= 0 and <= 1, Greyscale, "in [0, 1]");
        this.Require(Blur is >= 0 and <= 1, Blur, "in [0, 1]");
    }
}
