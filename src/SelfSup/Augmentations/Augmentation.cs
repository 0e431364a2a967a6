using System.Reflection;
using System.Text.Json;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Augmentations;

/// <summary>
/// How images are varied before a task makes its inputs of them: each on its own, all frames of a clip alike, so that nothing but what
/// moves differs between them. Every default is usable.
/// </summary>
/// <remarks>Steps are taken in the order of the properties; gray levels are rounded once, before <see cref="Solarize"/>.</remarks>
public sealed record Augmentation
{
    // The size that published deviations of blurs are for, and the deviation in pixels up to which a blur changes no level by a hundredth.
    private const double PublishedSize = 224;
    private const double InvisibleBlur = 0.3;

    /// <summary>The image as it is, at the asked size: nothing is drawn.</summary>
    public static Augmentation None { get; } = new() { Shift = 0, Flip = false };

    /// <summary>
    /// Largest shift of a crop, as a share of its size, in [0, 0.5]. The default is 1/8. Resized crops are not shifted besides. At 0 the
    /// whole image is shown.
    /// </summary>
    public double Shift { get; init; } = 1.0 / 8;

    /// <summary>
    /// Least share of an image's area in a crop, above 0 and at most 1. At 1, the default, crops are not resized, only shifted; below,
    /// a random rectangle of a ratio between 3/4 and 4/3 is resized. Pretext tasks that ask for shapes and places want whole objects:
    /// stay at 0.5 or above for them.
    /// </summary>
    public double MinimumArea { get; init; } = 1;

    /// <summary>Largest share of an image's area in a crop, at least <see cref="MinimumArea"/> and at most 1, the default.</summary>
    public double MaximumArea { get; init; } = 1;

    /// <summary>Whether a random half of the images is mirrored. The default is true.</summary>
    public bool Flip { get; init; } = true;

    /// <summary>
    /// Probability that an image's brightness, contrast, saturation and hue are changed, all four in this order, in [0, 1]. The default
    /// is 1; by their strengths they are off, as pretext tasks read colors.
    /// </summary>
    public double JitterProbability { get; init; } = 1;

    /// <summary>Strength x of random brightness: factors from [max(0, 1 - x), 1 + x]; 0, the default, or above.</summary>
    public double Brightness { get; init; }

    /// <summary>Strength x of random contrast about the mean: factors from [max(0, 1 - x), 1 + x]; 0, the default, or above.</summary>
    public double Contrast { get; init; }

    /// <summary>Strength x of random saturation: factors from [max(0, 1 - x), 1 + x]; 0, the default, or above.</summary>
    public double Saturation { get; init; }

    /// <summary>Largest turn of the hues either way, as part of a full turn, in [0, 0.5]. The default is 0.</summary>
    public double Hue { get; init; }

    /// <summary>Probability that an image becomes gray, in [0, 1]. The default is 0.</summary>
    public double Grayscale { get; init; }

    /// <summary>Probability that an image is blurred by a Gaussian, in [0, 1]. The default is 0.</summary>
    public double Blur { get; init; }

    /// <summary>
    /// Least standard deviation of a blur in pixels of an image of 224, above 0; it is scaled with the size. The default is 0.1. Blurs of
    /// at most 0.3 pixels, which nobody sees, are left out: those of the default range at 32 pixels. The filter goes as far as three
    /// times <see cref="MaximumBlurDeviation"/>.
    /// </summary>
    public double MinimumBlurDeviation { get; init; } = 0.1;

    /// <summary>Largest standard deviation of a blur in pixels of an image of 224, at least the least. The default is 2.</summary>
    public double MaximumBlurDeviation { get; init; } = 2;

    /// <summary>Probability that levels of an image from 128 on become 255 less themselves, in [0, 1]. The default is 0.</summary>
    public double Solarize { get; init; }

    private bool ResizesCrops => MinimumArea < 1;

    private bool ChangesColors => Grayscale > 0 || (JitterProbability > 0 && (Brightness > 0 || Contrast > 0 || Saturation > 0 || Hue > 0));

    /// <summary>
    /// Side in pixels at which images should be read for results of a size, and so the one to pack them at. Up to 40 pixels images
    /// are read as they go in; above, shifted crops want as much more as they shift, resized ones a third more. Crops from a small
    /// part of the image want the whole multiple of the size at which one of mean area is about as large as asked: up to 40 pixels at most
    /// twice, above four times.
    /// </summary>
    /// <param name="size">Side of the result in pixels.</param>
    /// <returns>The side, at least the size.</returns>
    public int ReadSizeFor(int size)
    {
        const int largestReadAsIs = 40;
        if (!ResizesCrops)
            return size <= largestReadAsIs ? size : size + Margin(size);
        var multiple = (int)Math.Round(1 / Math.Sqrt((MinimumArea + MaximumArea) / 2));
        return size <= largestReadAsIs ? size * Math.Clamp(multiple, 1, 2) : Math.Max(size + size / 3, size * Math.Clamp(multiple, 1, 4));
    }

    /// <summary>Varies a batch.</summary>
    /// <param name="images">
    /// RGB images, uint8 (N, 3, S, S), or clips (N, T, 3, S, S), best of the side that <see cref="ReadSizeFor"/> says; borrowed.
    /// Resized crops are cut out at side S. For shifted ones, images not above <paramref name="size"/> are continued by reflection on
    /// every side, and those above size and shift are first resized to their sum; without a shift, all are resized to the size.
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
        var planes = images.flatten(1, -3).contiguous(); // (N, 3T, S, S)
        var varied = ResizesCrops
            ? RandomResizedCrop.Apply(planes, size, MinimumArea, MaximumArea, Flip, random)
            : ShiftedCrop.Apply(planes, size, Margin(size), Flip, random);
        var pixel = size / PublishedSize;
        var blurs = Blur > 0 && MaximumBlurDeviation * pixel > InvisibleBlur;
        if (ChangesColors)
            varied = ColorJitter.Apply(varied, this, random, blurs ? ScalarType.Float32 : ScalarType.Byte);
        if (blurs)
        {
            varied = GaussianBlur.Apply(
                varied.to(ScalarType.Float32), Blur, (MinimumBlurDeviation * pixel, MaximumBlurDeviation * pixel), random);
        }
        if (varied.dtype != ScalarType.Byte)
            varied = varied.add_(0.5).to(ScalarType.Byte);
        if (Solarize > 0)
            varied = Solarization.Apply(varied, Solarize, random);
        return varied.view([.. images.shape[..^2], size, size]).MoveToOuterDisposeScope();
    }

    /// <summary>All settings by their names in snake_case, each a number or a truth value: what a run's record says.</summary>
    internal IReadOnlyDictionary<string, object> Describe() => typeof(Augmentation)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .ToDictionary(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), property => property.GetValue(this)!);

    internal void Validate()
    {
        this.Require(Shift is >= 0 and <= 0.5, Shift, "in [0, 0.5]");
        this.Require(MinimumArea is > 0 and <= 1, MinimumArea, "above 0 and at most 1");
        this.Require(MaximumArea >= MinimumArea && MaximumArea <= 1, MaximumArea, $"in [{MinimumArea}, 1], from the least area on");
        this.Require(JitterProbability is >= 0 and <= 1, JitterProbability, "in [0, 1]");
        this.Require(Brightness >= 0 && double.IsFinite(Brightness), Brightness, "0 or above");
        this.Require(Contrast >= 0 && double.IsFinite(Contrast), Contrast, "0 or above");
        this.Require(Saturation >= 0 && double.IsFinite(Saturation), Saturation, "0 or above");
        this.Require(Hue is >= 0 and <= 0.5, Hue, "in [0, 0.5]");
        this.Require(Grayscale is >= 0 and <= 1, Grayscale, "in [0, 1]");
        this.Require(Blur is >= 0 and <= 1, Blur, "in [0, 1]");
        this.Require(MinimumBlurDeviation > 0, MinimumBlurDeviation, "above 0");
        this.Require(
            MaximumBlurDeviation >= MinimumBlurDeviation && double.IsFinite(MaximumBlurDeviation), MaximumBlurDeviation,
            $"{MinimumBlurDeviation}, the least deviation, or above");
        this.Require(Solarize is >= 0 and <= 1, Solarize, "in [0, 1]");
    }

    private int Margin(int size) => (int)(size * Shift);
}
