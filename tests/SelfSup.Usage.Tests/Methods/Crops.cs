using SelfSup.Augmentations;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>Resized crops with changed colors, as methods that compare views want them.</summary>
internal static class Crops
{
    public static Augmentation Of(double minimumArea, double maximumArea = 1) => new()
    {
        MinimumArea = minimumArea,
        MaximumArea = maximumArea,
        JitterProbability = 0.8,
        Brightness = 0.4,
        Contrast = 0.4,
        Saturation = 0.2,
        Hue = 0.1,
        Grayscale = 0.2,
    };
}
