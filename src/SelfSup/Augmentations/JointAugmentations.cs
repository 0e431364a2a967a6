namespace SelfSup.Augmentations;

/// <summary>The published augmentations of methods that compare views of an image; their blurs scale with the size of the views.</summary>
/// <remarks>
/// Nobody sees such a blur at 32 pixels, so none is made there. Crops are resized bilinearly, where some authors do it bicubically.
/// Strengths of color changes are in the order brightness, contrast, saturation, hue; they come with a probability of 0.8. Every view draws
/// its own.
/// </remarks>
public static class JointAugmentations
{
    /// <summary>
    /// SimCLR's, which SwAV and DeepCluster v2 share: crops of 8 % to all of the image, colors by 0.8, 0.8, 0.8, 0.2, half of them blurred.
    /// Chen et al., 2020, https://arxiv.org/abs/2002.05709.
    /// </summary>
    /// <param name="strength">Strength of the color changes: 1 for photos; the authors take 0.5 for CIFAR-10, which is the default.</param>
    public static Augmentation SimClr(double strength = 0.5) => Colored(0.08, 0.8 * strength, 0.8 * strength, 0.2 * strength) with { Blur = 0.5 };

    /// <summary>
    /// MoCo v2's, which SimSiam shares: crops of a fifth to all, colors by 0.4, 0.4, 0.4, 0.1. Chen et al., 2020,
    /// https://arxiv.org/abs/2003.04297.
    /// </summary>
    public static Augmentation Moco => Colored(0.2, 0.4, 0.4, 0.1) with { Blur = 0.5 };

    /// <summary>BYOL's for the first view, which Barlow Twins, VICReg and MoCo v3 share: always blurred. Grill et al., 2020, https://arxiv.org/abs/2006.07733.</summary>
    public static Augmentation ByolFirst => Colored(0.08, 0.4, 0.2, 0.1) with { Blur = 1 };

    /// <summary>BYOL's for the second view: seldom blurred, a fifth solarized.</summary>
    public static Augmentation ByolSecond => ByolFirst with { Blur = 0.1, Solarize = 0.2 };

    /// <summary>DINO's for the first large crop, of 40 % to all of the image. Caron et al., 2021, https://arxiv.org/abs/2104.14294.</summary>
    public static Augmentation DinoFirst => ByolFirst with { MinimumArea = 0.4 };

    /// <summary>DINO's for the second large crop.</summary>
    public static Augmentation DinoSecond => ByolSecond with { MinimumArea = 0.4 };

    /// <summary>DINO's for small crops, of 5 to 40 %.</summary>
    public static Augmentation DinoLocal => ByolFirst with { MinimumArea = 0.05, MaximumArea = 0.4, Blur = 0.5 };

    private static Augmentation Colored(double leastArea, double light, double saturation, double hue) => new()
    {
        MinimumArea = leastArea,
        JitterProbability = 0.8,
        Brightness = light,
        Contrast = light,
        Saturation = saturation,
        Hue = hue,
        Grayscale = 0.2,
    };
}
