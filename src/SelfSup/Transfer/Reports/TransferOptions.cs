using SelfSup.Data;
using SelfSup.Runtime;

namespace SelfSup.Transfer;

/// <summary>How <see cref="TransferReport"/> judges features.</summary>
public sealed class TransferOptions
{
    /// <summary>
    /// The stage whose features are judged. The default, null, takes for every row the one that its linear probe chose on held-out
    /// training labels.
    /// </summary>
    public string? Stage { get; init; }

    /// <summary>
    /// Labeled images for the linear probe, nearest neighbors and the shares of fine-tuning, drawn evenly from all classes. The default,
    /// null, takes all training images. Few labels are drawn from all of them in any case.
    /// </summary>
    public int? Labels { get; init; }

    /// <summary>
    /// Images without labels for the linear probes, as <see cref="LinearProbeOptions.Unlabeled"/>, and for the rows of centered
    /// features and of pseudo-labels. The default, null, leaves the probes as they are and takes the training images, without their labels, for these
    /// rows.
    /// </summary>
    public IImageSource? Unlabeled { get; init; }

    /// <summary>Whether the linear probes learn from guessed labels, as <see cref="LinearProbeOptions.PseudoLabels"/>. The default is false.</summary>
    public bool PseudoLabels { get; init; }

    /// <summary>Few labels of every class to learn from; counts that a class does not have are left out.</summary>
    public IReadOnlyList<int> LabelsPerClass { get; init; } = [1, 2, 4, 8, 16, 32, 64, 96];

    /// <summary>
    /// Draws of these labels, at least 1. The default is 5. They share no image as long as the training images of a class suffice for all.
    /// </summary>
    public int Draws { get; init; } = 5;

    /// <summary>
    /// How whole networks are trained on the same labels, from the encoder and from scratch; its seed and threads are taken from
    /// here. The default, null, trains none: about a hundred networks take an hour on a CPU. <c>new()</c> trains them with its defaults;
    /// progress tells from the first step on how many steps there are in all.
    /// </summary>
    public FineTuneOptions? FineTuning { get; init; }

    /// <summary>Decides the draws and the weights of the untrained encoders. The default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Images at a time, at least 1. The default is 64.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Threads that read images, at least 1. The default is the number of processors.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    internal LinearProbeOptions Probing => new()
    {
        Stage = Stage,
        Unlabeled = Unlabeled,
        PseudoLabels = PseudoLabels,
        Seed = Seed,
        BatchSize = BatchSize,
        Workers = Workers,
    };

    internal FineTuneOptions? FineTuningAlike =>
        FineTuning is null ? null : FineTuning with { Seed = Seed, Workers = Workers };

    internal void Validate()
    {
        this.Require(
            LabelsPerClass.Count > 0 && LabelsPerClass.All(count => count >= 1),
            $"[{string.Join(", ", LabelsPerClass)}]", "numbers from 1", nameof(LabelsPerClass));
        this.Require(Labels is null or >= 1, Labels, "at least 1");
        FineTuning?.Validate();
        this.Require(Draws >= 1, Draws, "at least 1");
        this.Require(BatchSize >= 1, BatchSize, "at least 1");
        this.Require(Workers >= 1, Workers, "at least 1");
    }
}
