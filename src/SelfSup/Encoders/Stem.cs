namespace SelfSup.Encoders;

/// <summary>How strongly the first layers of an encoder shrink the image.</summary>
/// <remarks>
/// By default the image size decides, as said below; any other may be chosen, such as <see cref="Large"/> for weights that were made at
/// 224 pixels in an encoder of smaller images.
/// </remarks>
public enum Stem
{
    /// <summary>Images up to 40 pixels (CIFAR): 3x3 convolution with stride 1, no max-pooling.</summary>
    Small,

    /// <summary>Images of 41 to 160 pixels: 3x3 convolution with stride 2.</summary>
    Medium,

    /// <summary>Larger images (ImageNet's 224): the published stem of the architecture.</summary>
    Large,
}

internal static class StemSizes
{
    public static Stem For(int imageSize) => imageSize <= 40 ? Stem.Small : imageSize <= 160 ? Stem.Medium : Stem.Large;
}
