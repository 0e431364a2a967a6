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

    /// <summary>Labels of every class to learn from; counts that a class does not have are left out.</summary>
    public IReadOnlyList<int> LabelsPerClass { get; init; } = [1, 2, 4, 8, 16, 32, 64, 96];

    /// <summary>Draws of these labels, at least 1. The default is 5.</summary>
    public int Draws { get; init; } = 5;

    /// <summary>
    /// How whole networks are trained on the same labels, from the encoder and from scratch; its seed and threads are taken from
    /// here. They take most of the time, on a CPU by far. Null leaves them out.
    /// </summary>
    public FineTuneOptions? FineTuning { get; init; } = new();

    /// <summary>Decides the draws and the weights of the random encoder. The default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Images at a time, at least 1. The default is 64.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Threads that read images, at least 1. The default is the number of processors.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    internal LinearProbeOptions Probing => new()
    {
        Stage = Stage,
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
        FineTuning?.Validate();
        this.Require(Draws >= 1, Draws, "at least 1");
        this.Require(BatchSize >= 1, BatchSize, "at least 1");
        this.Require(Workers >= 1, Workers, "at least 1");
    }
}
