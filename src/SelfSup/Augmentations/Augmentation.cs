using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>
/// How images are varied before a task makes its inputs of them; all frames of a clip alike, so that nothing but what moves differs
/// between them. Every default is usable.
/// </summary>
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
    /// RGB images, uint8 (N, 3, S, S), or clips (N, T, 3, S, S); borrowed. Where S is not above <paramref name="size"/> and crops are only
    /// shifted, they are first continued by reflection on every side, by an eighth of the size.
    /// </param>
    /// <param name="size">Side of the result in pixels.</param>
    /// <param name="random">Draws everything, on the images' device.</param>
    /// <returns>The varied images, uint8 (N, 3, size, size), or clips (N, T, 3, size, size), owned by the caller.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public Tensor Apply(Tensor images, int size, RandomSource random)
    {
        Validate();
        using var scope = NewDisposeScope();
        // Where planes are moved or blurred, those of all frames are the channels of one image.
        var planes = images.flatten(1, -3); // (N, 3T, S, S)
        var varied = MinimumArea < 1
            ? RandomResizedCrop.Apply(planes, size, MinimumArea, Flip, random)
            : RandomCropFlip.Apply(planes, size, planes.shape[2] > size ? 0 : size / 8, Flip, random);
        if (ChangesColors)
            varied = ChangeColors(varied, size, random);
        if (Blur > 0)
            varied = GaussianBlur.Apply(varied, Blur, random);
        return varied.view([.. images.shape[..^2], size, size]).MoveToOuterDisposeScope();
    }

    /// <summary>Where colours are changed, the frames of a clip are one tall image.</summary>
    private Tensor ChangeColors(Tensor planes, int size, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var (count, frames) = (planes.shape[0], planes.shape[1] / 3);
        var tall = planes.view(count, frames, 3, size * size).transpose(1, 2).reshape(count, 3, frames * size, size);
        var changed = Augmentations.ColorJitter.Apply(tall, ColorJitter, Hue, Greyscale, random);
        return changed.view(count, 3, frames, size * size).transpose(1, 2).reshape(count, 3 * frames, size, size).MoveToOuterDisposeScope();
    }

    /// <summary>None.</summary>
    public static Augmentation None { get; } = new() { Flip = false };
    /// <summary>Read size.</summary>
    /// <param name="size">Side.</param>
    /// <returns>Side.</returns>
    public int ReadSizeFor(int size) => size <= 40 ? size : size + size / (MinimumArea < 1 ? 3 : 8);
    internal IReadOnlyDictionary<string, object> Describe() => new Dictionary<string, object>();

    internal void Validate()
    {
        this.Require(MinimumArea is > 0 and <= 1, MinimumArea, "above 0 and at most 1");
        this.Require(ColorJitter is >= 0 and <= 1, ColorJitter, "in [0, 1]");
        this.Require(Hue is >= 0 and <= 0.5, Hue, "in [0, 0.5]");
        this.Require(Greyscale is >= 0 and <= 1, Greyscale, "in [0, 1]");
        this.Require(Blur is >= 0 and <= 1, Blur, "in [0, 1]");
    }
}
