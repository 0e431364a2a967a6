using static TorchSharp.torch;

namespace SelfSup;

/// <summary>The shared ConvNet that pretext tasks train and probes read: an image in, the feature map of every stage out.</summary>
/// <remarks>
/// Derived classes hold their layers in private fields that are named as the torchvision parameter keys and call
/// <c>RegisterComponents()</c> last in the constructor.
/// </remarks>
public abstract class Encoder : nn.Module<Tensor, Tensor>
{
    /// <summary>Creates the base of an encoder.</summary>
    /// <param name="architecture">The architecture's name in encoder files and on command lines, such as <c>resnet18</c>.</param>
    /// <param name="imageSize">Side in pixels of the square images that the encoder is built for; at least 16.</param>
    /// <param name="normalization">
    /// Mean and deviation that <see cref="Normalize"/> applies; null means <see cref="Normalization.ImageNet"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="imageSize"/> is under 16.</exception>
    protected Encoder(string architecture, int imageSize, Normalization? normalization = null)
        : base(Loaded(architecture))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 16);
        Architecture = architecture;
        ImageSize = imageSize;
        Stem = StemSizes.For(imageSize);
        Normalization = normalization ?? Normalization.ImageNet;
    }

    // An encoder is where most programs meet libtorch first; a failure to load it should say why.
    private static string Loaded(string architecture)
    {
        Runtime.NativeTorch.EnsureLoaded();
        return architecture;
    }

    /// <summary>The architecture's name, such as <c>resnet18</c>.</summary>
    public string Architecture { get; }

    /// <summary>Side in pixels of the square images that the encoder is built for.</summary>
    public int ImageSize { get; }

    /// <summary>The first layers' form, which follows from <see cref="ImageSize"/>.</summary>
    public Stem Stem { get; }

    /// <summary>The pixel statistics that <see cref="Normalize"/> applies. They travel in the encoder's file.</summary>
    public Normalization Normalization { get; }

    /// <summary>The stages from shallow to deep; <see cref="ForwardStages"/> returns one map for each.</summary>
    public abstract IReadOnlyList<EncoderStage> Stages { get; }

    /// <summary>Channels of the last stage, the length of the pooled feature vector that <see cref="forward"/> returns.</summary>
    public int FeatureCount => Stages[^1].Channels;

    /// <summary>Computes the feature map of every stage.</summary>
    /// <param name="inputs">Normalised images, float (N, 3, H, W).</param>
    /// <returns>One map (N, C, H', W') for each of <see cref="Stages"/>, owned by the caller.</returns>
    public abstract Tensor[] ForwardStages(Tensor inputs);

    /// <summary>Computes the global average of the last stage.</summary>
    /// <param name="inputs">Normalised images, float (N, 3, H, W).</param>
    /// <returns>Features (N, <see cref="FeatureCount"/>), owned by the caller.</returns>
    public override Tensor forward(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return ForwardStages(inputs)[^1].mean([2, 3]).MoveToOuterDisposeScope(); // (N, C)
    }

    /// <summary>Turns RGB pixels into what the first layer expects: subtracts the mean and divides by the deviation.</summary>
    /// <param name="images">RGB images (N, 3, H, W): uint8 in 0..255, or float in [0, 1].</param>
    /// <returns>Normalised images, float32 (N, 3, H, W), owned by the caller.</returns>
    public Tensor Normalize(Tensor images) => Normalization.Apply(images);

    /// <summary>Side of every stage's map for images of this encoder's size.</summary>
    /// <returns>One side length a stage, shallow to deep.</returns>
    public int[] MeasureStages()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var modes = modules().Prepend(this).Select(module => (Module: module, Training: module.training)).ToArray();
        eval();
        var sample = parameters().First();
        using var blank = zeros(1, 3, ImageSize, ImageSize, dtype: sample.dtype, device: sample.device);
        var sides = ForwardStages(blank).Select(map => (int)map.shape[2]).ToArray();
        foreach (var (module, mode) in modes) // parents come before what they hold
            module.train(mode);
        return sides;
    }
}
