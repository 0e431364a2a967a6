using SelfSup.Augmentations;
using SelfSup.Runtime;

namespace SelfSup.Transfer;

/// <summary>How <see cref="FineTuner"/> trains.</summary>
public sealed record FineTuneOptions
{
    /// <summary>Shares of the training labels to train with, each in (0, 1]. The default is 1 %, 10 % and all.</summary>
    public IReadOnlyList<double> Shares { get; init; } = [0.01, 0.1, 1];

    /// <summary>Steps of each training, at least 1. The default is 600.</summary>
    public int Steps { get; init; } = 600;

    /// <summary>Images a step, at least 2; all of them where there are fewer. The default is 64.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>
    /// Learning rates to choose from on a fifth of the labels, held out, where there are ten or more a class; else the middle one is taken.
    /// </summary>
    public IReadOnlyList<double> LearningRates { get; init; } = [0.01, 0.03, 0.1];

    /// <summary>How the training images are varied. By default they are shifted and mirrored.</summary>
    public Augmentation Augmentation { get; init; } = new();

    /// <summary>Decides the labels drawn, the held-out part, the fresh weights and the order of the images. The default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Threads that read images, at least 1. The default is the number of processors.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    internal void Validate()
    {
        this.Require(
            Shares.Count > 0 && Shares.All(share => share is > 0 and <= 1), $"[{string.Join(", ", Shares)}]", "numbers in (0, 1]", nameof(Shares));
        this.Require(Steps >= 1, Steps, "at least 1");
        this.Require(BatchSize >= 2, BatchSize, "at least 2");
        this.Require(
            LearningRates.Count > 0 && LearningRates.All(rate => rate > 0),
            $"[{string.Join(", ", LearningRates)}]", "numbers above 0", nameof(LearningRates));
        Augmentation.Validate();
        this.Require(Workers >= 1, Workers, "at least 1");
    }
}
