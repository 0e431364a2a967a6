using SelfSup.Data;
using SelfSup.Runtime;

namespace SelfSup.Transfer;

/// <summary>How a linear probe finds the minimum of its loss; both find the same one, up to what they resolve.</summary>
public enum ProbeSolver
{
    /// <summary>Full-batch L-BFGS, to the minimum: deterministic, without a learning rate.</summary>
    Lbfgs,

    /// <summary>
    /// Stochastic gradient descent as in published linear probes: momentum 0.9, batches of 256, 100 epochs, with a sweep of learning rates
    /// for every fit. Slower; a cross-check.
    /// </summary>
    Sgd,
}

/// <summary>How a linear probe is fitted and what it is compared with.</summary>
public sealed class LinearProbeOptions
{
    /// <summary>The stage to probe, a name of <see cref="FeatureLayer.ListOf"/>; null chooses on held-out training labels.</summary>
    public string? Stage { get; init; }

    /// <summary>
    /// Images such as the classifier will see, the labeled ones among them or not; labels that they may have are not looked at. Features are
    /// centered by their mean and scaled to one length, which helps most where labels are few. Where most classes have one label, the last
    /// stage is taken unless <see cref="Stage"/> is given, and the L2 strength is 1 / number of labels. The default, null, standardizes features by
    /// the labeled images, of which every class then needs two.
    /// </summary>
    public IImageSource? Unlabeled { get; init; }

    /// <summary>
    /// Whether the final fit learns from guessed labels of up to 2,000 of the <see cref="Unlabeled"/> images too. Where these are of the
    /// labeled classes alone, of about as many images each, it helps most with few labels; where other images are among them, or a class is
    /// rare, it costs. The default is false.
    /// </summary>
    public bool PseudoLabels { get; init; }

    /// <summary>Decides which training labels are held out and the weights of the untrained encoders.</summary>
    public int Seed { get; init; }

    /// <summary>Share of every class's training labels held out to choose stage and L2 strength on, in (0, 1).</summary>
    public double ValidationShare { get; init; } = 0.2;

    /// <summary>L2 strengths to choose from, each above 0.</summary>
    public IReadOnlyList<double> Strengths { get; init; } = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100];

    /// <summary>What fits the classifier. The default is L-BFGS.</summary>
    public ProbeSolver Solver { get; init; } = ProbeSolver.Lbfgs;

    /// <summary>Images at a time.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Threads that read images, at least 1. The default is the number of processors.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether an evaluation also probes raw pixels and untrained encoders; without them a result says little.</summary>
    public bool Baselines { get; init; } = true;

    /// <summary>
    /// Bytes of training features to hold in memory. When all stages take more, there are several passes over the images; peak memory is
    /// about three times this. A stage that alone takes more, which is 4 bytes x images x features, is written to the system's folder for
    /// temporary files (<c>TMPDIR</c> says which) and read from there for every step of L-BFGS: slower, and the same minimum. Of pseudo-labels
    /// and stochastic descent it is loaded all the same. The default is 1 GiB.
    /// </summary>
    public long FeatureMemory { get; init; } = 1L << 30;

    internal void Validate()
    {
        this.Require(Enum.IsDefined(Solver), Solver, $"a {nameof(ProbeSolver)}");
        if (Unlabeled is { Count: 0 })
            throw new ArgumentException($"{nameof(Unlabeled)} has no images; leave it out to standardize by the labeled ones.");
        if (PseudoLabels && Unlabeled is null)
            throw new ArgumentException($"{nameof(PseudoLabels)} needs {nameof(Unlabeled)} images to guess the labels of.");
        if (PseudoLabels && Solver != ProbeSolver.Lbfgs)
            throw new ArgumentException($"{nameof(PseudoLabels)} weighs images, which {nameof(ProbeSolver)}.{Solver} does not; use {nameof(ProbeSolver.Lbfgs)}.");
        if (!(ValidationShare > 0 && ValidationShare < 1))
            throw new ArgumentOutOfRangeException(nameof(ValidationShare), ValidationShare, "The share to hold out is in (0, 1).");
        if (Strengths.Count == 0 || Strengths.Any(strength => !(strength > 0 && double.IsFinite(strength))))
            throw new ArgumentException($"{nameof(Strengths)} needs positive numbers, not [{string.Join(", ", Strengths)}].");
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1, nameof(BatchSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1, nameof(Workers));
        ArgumentOutOfRangeException.ThrowIfLessThan(FeatureMemory, 1, nameof(FeatureMemory));
    }
}
