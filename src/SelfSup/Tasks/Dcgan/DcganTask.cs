using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A generator makes images of noise, and the encoder learns to tell them from real ones.</summary>
/// <remarks>
/// Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks", 2016,
/// https://arxiv.org/abs/1511.06434. The encoder is the discriminator's trunk; unlike theirs it keeps its own activations and pooling.
/// </remarks>
/// <param name="options">Settings; null means the defaults.</param>
/// <exception cref="ArgumentException">A setting is out of its range.</exception>
public sealed class DcganTask(GanOptions? options = null) : GanTask<DcganModel>("dcgan", options)
{
    /// <inheritdoc/>
    public override DcganModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, Options);
}
