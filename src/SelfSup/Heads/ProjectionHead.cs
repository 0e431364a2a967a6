using SelfSup.Distributed;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Heads;

/// <summary>
/// Linear layers with batch normalization and ReLU between them: the projector and the predictor of methods that compare views.
/// </summary>
/// <remarks>Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020, https://arxiv.org/abs/2002.05709.</remarks>
public sealed class ProjectionHead : nn.Module<Tensor, Tensor>
{
    private readonly TorchSharp.Modules.Sequential layers;
    private readonly int inputs;
    private readonly ProjectionOptions options;

    /// <summary>Creates a head with TorchSharp's initial weights, which a run's seed decides.</summary>
    /// <param name="inputs">Width of the features, at least 1.</param>
    /// <param name="options">The form; null means the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public ProjectionHead(int inputs, ProjectionOptions? options = null)
        : base(nameof(ProjectionHead))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        (this.inputs, this.options) = (inputs, options ?? new ProjectionOptions());
        this.options.Validate();
        layers = nn.Sequential(Layers());
        RegisterComponents();
    }

    /// <summary>Width of the output.</summary>
    public int Outputs => options.Output;

    /// <summary>Computes the output.</summary>
    /// <param name="features">Features, float (N, inputs).</param>
    /// <returns>Float (N, <see cref="Outputs"/>), not normalized to unit length; owned by the caller.</returns>
    public override Tensor forward(Tensor features) => layers.forward(features);

    /// <summary>Copies the head: weights and statistics, device and type, and the mode.</summary>
    /// <returns>The copy, all of whose parameters can be trained, owned by the caller.</returns>
    public ProjectionHead Copy()
    {
        var sample = parameters().First();
        var copy = new ProjectionHead(inputs, options);
        copy.to(sample.dtype);
        copy.to(sample.device);
        copy.load_state_dict(state_dict());
        copy.train(training);
        return copy;
    }

    private IEnumerable<(string Name, nn.Module<Tensor, Tensor> Layer)> Layers()
    {
        var width = inputs;
        for (var i = 1; i < options.Layers; i++)
        {
            yield return ($"linear{i}", nn.Linear(width, options.Hidden, hasBias: !options.HiddenNorm));
            if (options.HiddenNorm)
                yield return ($"norm{i}", new SyncBatchNorm(options.Hidden));
            yield return ($"relu{i}", nn.ReLU());
            width = options.Hidden;
        }
        yield return ($"linear{options.Layers}", nn.Linear(width, options.Output, hasBias: options.LastBias));
        if (options.OutputNorm != OutputNorm.None)
            yield return ($"norm{options.Layers}", new SyncBatchNorm(options.Output, affine: options.OutputNorm == OutputNorm.Affine));
    }
}
