using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A generator in training, with its average if it is to have one; samples come from the average.</summary>
internal sealed class SampledGenerator<TGenerator> : nn.Module
    where TGenerator : nn.Module<Tensor, Tensor>
{
    private readonly int noiseSize;
    private readonly TGenerator network;
    private readonly double keep;
    private readonly Averaged<TGenerator>? average;

    /// <param name="options">Says the noise's size, and whether there is an average.</param>
    /// <param name="create">Builds a generator, with weights of its own each time.</param>
    public SampledGenerator(GanOptions options, Func<TGenerator> create)
        : base(nameof(SampledGenerator<>))
    {
        (noiseSize, keep) = (options.NoiseSize, options.GeneratorAverage);
        network = create();
        if (keep > 0)
            average = new Averaged<TGenerator>(create(), network, averageBuffers: true);
        RegisterComponents();
    }

    /// <summary>The generator in training.</summary>
    public TGenerator Network => network;

    /// <summary>
    /// Lets the average follow the generator, parameters and statistics alike. At the first steps it keeps less of itself,
    /// (1 + n) / (10 + n) after n of them, so that the generator's fresh weights are soon forgotten.
    /// </summary>
    /// <param name="step">The step that was done, from 0.</param>
    public void Follow(long step) => average?.Follow(network, Math.Min(keep, (step + 1.0) / (step + 10.0)));

    /// <summary>Lets the generator in training make what a discriminator is to learn from, in its present mode and without gradient.</summary>
    /// <param name="make">Makes images or clips by the generator that it is given.</param>
    /// <returns>What was made, owned by the caller.</returns>
    public Tensor MakeWithoutGradient(Func<TGenerator, Tensor> make)
    {
        using var noGrad = no_grad();
        return make(network);
    }

    /// <summary>Lets the average, or the generator where there is none, make something of noise in evaluation mode, without gradient.</summary>
    /// <param name="noise">Noise, float (N, noise size).</param>
    /// <param name="make">Makes images or clips in [-1, 1] by the generator that it is given.</param>
    /// <returns>What was made, brought to [0, 1]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The noise has another shape.</exception>
    public Tensor Sample(Tensor noise, Func<TGenerator, Tensor> make)
    {
        if (noise.dim() != 2 || noise.shape[1] != noiseSize)
            throw new ArgumentException($"Noise of the shape (N, {noiseSize}) is needed, not ({string.Join(", ", noise.shape)}).", nameof(noise));
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var sampled = average?.Module ?? network;
        using var evaluation = new EvaluationMode(sampled);
        return PixelRange.ToUnit(make(sampled)).MoveToOuterDisposeScope();
    }
}
