using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup;

/// <summary>The shared network that pretext tasks train and probes read: an image or a clip in, the feature map of every stage out.</summary>
/// <remarks>
/// Derived classes hold their layers in private fields that are named as the torchvision parameter keys and call
/// <c>RegisterComponents()</c> last in the constructor. <see cref="Encoders.EncoderCatalog.Register"/> lets their files load by name.
/// </remarks>
public abstract class Encoder : nn.Module<Tensor, Tensor>
{
    /// <summary>Creates the base of an encoder.</summary>
    /// <param name="architecture">The architecture's name in encoder files and on command lines, such as <c>resnet18</c>.</param>
    /// <param name="imageSize">Side in pixels of the square images that the encoder is built for; at least 16.</param>
    /// <param name="normalization">
    /// Mean and deviation that <see cref="Normalize"/> applies; null means <see cref="Normalization.ImageNet"/>.
    /// </param>
    /// <param name="stem">The form of the first layers; null means the one for the image size.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="imageSize"/> is under 16, or <paramref name="stem"/> is none of its values.</exception>
    protected Encoder(string architecture, int imageSize, Normalization? normalization = null, Stem? stem = null)
        : base(Loaded(architecture))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 16);
        if (stem is { } chosen && !Enum.IsDefined(chosen))
            throw new ArgumentOutOfRangeException(nameof(stem), stem, "There is no such stem.");
        Architecture = architecture;
        ImageSize = imageSize;
        Stem = stem ?? StemSizes.For(imageSize);
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

    /// <summary>The first layers' form, by default the one for <see cref="ImageSize"/>. It travels in the encoder's file.</summary>
    public Stem Stem { get; }

    /// <summary>The pixel statistics that <see cref="Normalize"/> applies. They travel in the encoder's file.</summary>
    public Normalization Normalization { get; }

    /// <summary>The stages from shallow to deep; <see cref="ForwardStages"/> returns one map for each.</summary>
    public abstract IReadOnlyList<EncoderStage> Stages { get; }

    /// <summary>Whether the encoder sees clips of several frames, of any number, and not single images.</summary>
    public virtual bool TakesClips => false;

    /// <summary>Channels of the last stage, the length of the pooled feature vector that <see cref="forward"/> returns.</summary>
    public int FeatureCount => Stages[^1].Channels;

    /// <summary>Creates an encoder of the same make with fresh weights.</summary>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <returns>
    /// An encoder of this architecture, image size, stem and normalization on the CPU, in training mode, owned by the caller.
    /// </returns>
    public abstract Encoder CreateUntrained(int seed);

    /// <summary>
    /// What distinguishes this encoder from others of its architecture, image size and stem, by name in snake_case: its file has it, and a
    /// run resumes with the same alone. Nothing, unless overridden. Write numbers in the invariant culture.
    /// </summary>
    public virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    /// <summary>Creates an encoder of this architecture, image size, stem and normalization with other settings, for files.</summary>
    /// <param name="settings">What <see cref="Settings"/> of the encoder to create says.</param>
    /// <returns>An encoder with fresh weights on the CPU, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The encoder has no such settings.</exception>
    public virtual Encoder WithSettings(IReadOnlyDictionary<string, string> settings) => settings.Count == 0
        ? CreateUntrained(0)
        : throw new ArgumentException($"The architecture '{Architecture}' has no setting {settings.First().Key}.", nameof(settings));

    /// <summary>Copies the encoder: weights and statistics, device and type, and every module's mode.</summary>
    /// <returns>The copy, all of whose parameters can be trained, owned by the caller.</returns>
    /// <exception cref="InvalidOperationException"><see cref="CreateUntrained"/> makes another kind of encoder.</exception>
    public Encoder Copy() => Encoders.EncoderTwin.Copy(this);

    /// <summary>Computes the feature map of every stage.</summary>
    /// <param name="inputs">Normalized images, float (N, 3, H, W), or clips (N, 3, T, H, W) if it <see cref="TakesClips"/>.</param>
    /// <returns>One map (N, C, H', W'), or (N, C, T', H', W') of clips, for each of <see cref="Stages"/>, owned by the caller.</returns>
    public abstract Tensor[] ForwardStages(Tensor inputs);

    /// <summary>Computes the global average of the last stage.</summary>
    /// <param name="inputs">Normalized images, float (N, 3, H, W), or clips (N, 3, T, H, W) if it <see cref="TakesClips"/>.</param>
    /// <returns>Features (N, <see cref="FeatureCount"/>), owned by the caller.</returns>
    /// <exception cref="ArgumentException">Images are given to an encoder of clips, or the other way round.</exception>
    public override Tensor forward(Tensor inputs)
    {
        CheckDimensions(inputs);
        using var scope = NewDisposeScope();
        var map = ForwardStages(inputs)[^1];
        return map.mean(TakesClips ? [2, 3, 4] : [2, 3]).MoveToOuterDisposeScope(); // (N, C)
    }

    /// <summary>Turns RGB pixels into what the first layer expects: subtracts the mean and divides by the deviation.</summary>
    /// <param name="images">
    /// RGB images (N, 3, H, W), or clips (N, T, 3, H, W) if it <see cref="TakesClips"/>: uint8 in 0..255, or float in [0, 1].
    /// </param>
    /// <returns>Normalized images, float32 (N, 3, H, W), or clips (N, 3, T, H, W), owned by the caller.</returns>
    /// <exception cref="ArgumentException">Images are given to an encoder of clips, or the other way round.</exception>
    public Tensor Normalize(Tensor images)
    {
        CheckDimensions(images);
        return Normalization.Apply(images);
    }

    /// <summary>Side of every stage's map for images of this encoder's size.</summary>
    /// <returns>One side length a stage, shallow to deep.</returns>
    public int[] MeasureStages()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var evaluation = new Encoders.EvaluationMode(this);
        var sample = parameters().First();
        long[] shape = TakesClips ? [1, 3, 2, ImageSize, ImageSize] : [1, 3, ImageSize, ImageSize];
        using var blank = zeros(shape, dtype: sample.dtype, device: sample.device);
        return [.. ForwardStages(blank).Select(map => (int)map.shape[^1])];
    }

    private void CheckDimensions(Tensor inputs)
    {
        if (inputs.dim() == (TakesClips ? 5 : 4))
            return;
        throw new ArgumentException(
            $"The encoder '{Architecture}' takes {(TakesClips ? "clips of frames (N, T, 3, H, W)" : "images (N, 3, H, W)")}, "
            + $"and was given ({string.Join(", ", inputs.shape)}).");
    }
}
