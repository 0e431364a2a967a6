using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A pretext model with a generator of images or clips, which samples can be drawn from.</summary>
public abstract class GanModel : PretextModel
{
    /// <summary>Name of the metric that tells how varied generated images are: their mean distance by that of real ones.</summary>
    public const string Diversity = "diversity";

    private protected GanModel(string name, Encoder encoder, GanOptions options)
        : base(name, encoder) => NoiseSize = options.NoiseSize;

    /// <summary>Length of the noise that an image is made of.</summary>
    public int NoiseSize { get; }

    /// <summary>
    /// Makes images of noise, or clips of the generator's own length, by the averaged generator if there is one. The same noise gives the
    /// same images.
    /// </summary>
    /// <param name="noise">Noise from <see cref="GanTask{TModel}.DrawNoise"/>, float (N, <see cref="NoiseSize"/>).</param>
    /// <returns>Images, float32 (N, 3, S, S), or clips (N, T, 3, S, S), in [0, 1], owned by the caller.</returns>
    /// <exception cref="ArgumentException">The noise has another shape.</exception>
    public abstract Tensor Sample(Tensor noise);

    /// <summary>Lets the averaged generator, if there is one, follow the generator.</summary>
    /// <inheritdoc/>
    public abstract override void OnStepCompleted(PretextBatch batch, StepContext step);
}
