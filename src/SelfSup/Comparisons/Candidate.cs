using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Runtime;
using SelfSup.Tasks;

namespace SelfSup.Comparisons;

/// <summary>One way to an encoder: where it starts, and what it learns from the unlabeled images.</summary>
public sealed record Candidate
{
    // Chosen on held-out labels of ten kinds of clothes among 1,662 photos, with a ResNet-18 of ImageNet.
    private const double AdaptationRate = 0.02;
    private const int AdaptationEpochs = 10;
    private const double AdaptedWeight = 1.5;
    private const double DistillationTemperature = 0.05, DistillationArea = 0.7, DistillationColors = 0.5; // likewise

    /// <summary>Creates a candidate.</summary>
    /// <param name="name">What tables call it.</param>
    /// <param name="create">Creates the encoder that it starts from, owned by the caller.</param>
    /// <param name="task">What the encoder learns from the images; null leaves it as it is.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public Candidate(string name, Func<Encoder> create, IPretextTask? task = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        (Name, Create, Task) = (name, create, task);
    }

    /// <summary>
    /// Going on from good weights without losing what they know: SimCLR with a small learning rate, whose result is averaged with the
    /// weights as they were and put beside them, and counts one and a half times as much; so the encoder takes twice as long. Set <see cref="KeepsStart"/> to false for the
    /// average alone.
    /// </summary>
    /// <param name="name">What tables call it.</param>
    /// <param name="create">Creates an encoder with the weights, owned by the caller.</param>
    /// <returns>The candidate.</returns>
    public static Candidate Adapted(string name, Func<Encoder> create) => new(name, create, new SimClrTask(new() { ColorStrength = 1 }))
    {
        Recipe = TrainingRecipe.Default with { LearningRate = AdaptationRate, WeightDecay = 1e-4 },
        MostEpochs = AdaptationEpochs,
        StartingShare = 0.5,
        KeepsStart = true,
        LearnedWeight = AdaptedWeight,
    };

    /// <summary>What good weights see, taught to another network, such as a small one: a distillation whose teacher looks at every image once.</summary>
    /// <param name="name">What tables call it.</param>
    /// <param name="create">Creates the network that is taught, owned by the caller.</param>
    /// <param name="teacher">The good weights. Borrowed.</param>
    /// <returns>The candidate.</returns>
    public static Candidate Distilled(string name, Func<Encoder> create, ITeacher teacher) => new(
        name, create, new DistillationTask(teacher, new()
        {
            RemembersTeacher = true,
            Temperature = DistillationTemperature,
            MinimumArea = DistillationArea,
            ColorStrength = DistillationColors,
        }));

    /// <summary>What tables call it.</summary>
    public string Name { get; }

    /// <summary>Creates the encoder that it starts from.</summary>
    public Func<Encoder> Create { get; }

    /// <summary>What the encoder learns from the images; null leaves it as it is.</summary>
    public IPretextTask? Task { get; }

    /// <summary>How it learns; null, the default, is the task's own recipe.</summary>
    public TrainingRecipe? Recipe { get; init; }

    /// <summary>Images a step, at least 2. The default is 64.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Most passes over the images that it makes, whatever the time, at least 1; null, the default, is as many as the time allows.</summary>
    public int? MostEpochs { get; init; }

    /// <summary>
    /// Share of the starting weights in the result, in [0, 1): weights and statistics of both are averaged after training. The default, 0,
    /// keeps what was learned alone; one half, with a gentle recipe, keeps what good weights knew before. Wortsman et al., "Robust
    /// fine-tuning of zero-shot models", 2022, https://arxiv.org/abs/2109.01903.
    /// </summary>
    public double StartingShare { get; init; }

    /// <summary>
    /// Whether the result is an <see cref="EncoderPair"/>: the encoder that it started from, and beside it the one that learned. The default
    /// is false. What starts as a pair stays one.
    /// </summary>
    public bool KeepsStart { get; init; }

    /// <summary>
    /// What the features of the encoder that learned are multiplied by where <see cref="KeepsStart"/> puts it beside the one that it started from,
    /// above 0. The default is 1.
    /// </summary>
    public double LearnedWeight { get; init; } = 1;

    internal void Validate()
    {
        this.Require(BatchSize >= 2, BatchSize, "at least 2");
        this.Require(MostEpochs is null or >= 1, MostEpochs, "null or at least 1");
        this.Require(LearnedWeight > 0 && double.IsFinite(LearnedWeight), LearnedWeight, "above 0");
        this.Require(StartingShare is >= 0 and < 1, StartingShare, "in [0, 1)");
    }
}
