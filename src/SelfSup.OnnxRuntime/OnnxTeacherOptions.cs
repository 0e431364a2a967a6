namespace SelfSup.OnnxRuntime;

/// <summary>What a model's file does not say of itself. Every default is usable.</summary>
public sealed record OnnxTeacherOptions
{
    /// <summary>
    /// The output that teaches, features (N, D) or a map (N, D, h, w), whose average is the feature; null, the default, for
    /// <c>features</c>, as SelfSup exports it, or where there is none for the first output.
    /// </summary>
    public string? Output { get; init; }

    /// <summary>Side of the images in pixels, at least 8; null, the default, for what the model states.</summary>
    public int? ImageSize { get; init; }

    /// <summary>
    /// Statistics of pixels in [0, 1] that a float input is normalized by; null, the default, for ImageNet's. Inputs of uint8 get the pixels
    /// as they are.
    /// </summary>
    public Normalization? Normalization { get; init; }

    /// <summary>Whether the planes are blue, green and red, in this order. The default is false.</summary>
    public bool IsBgr { get; init; }

    /// <summary>
    /// The licence of the weights, such as <c>MIT</c>, for the record of runs; null, the default, for what the model's metadata say under
    /// <c>license</c>, if anything.
    /// </summary>
    public string? License { get; init; }
}
