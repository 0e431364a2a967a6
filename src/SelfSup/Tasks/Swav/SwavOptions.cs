using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="SwavTask"/>. The defaults are for batches of 64 and up, and some tens of thousands of images.</summary>
public sealed record SwavOptions
{
    /// <summary>
    /// Number of prototypes, at least 2. The default is 100; ten times as many as there are kinds of things is usual, the authors take
    /// 3,000 for ImageNet. A batch and the queue together should have twice as many images.
    /// </summary>
    public int Prototypes { get; init; } = 100;

    /// <summary>Steps at the start of a run in which the prototypes stay as they are, at least 0, but no more than a tenth of the run. The default is 300.</summary>
    public int FrozenSteps { get; init; } = 300;

    /// <summary>Earlier images that share the prototypes with those of a batch, at least 0, which is none. The default is 256.</summary>
    public int QueueLength { get; init; } = 256;

    /// <summary>The epoch, from 0, from which on the queue is used, once it is full. The default is 1.</summary>
    public int QueueStart { get; init; } = 1;

    /// <summary>
    /// Small crops of every image besides the two large ones, of half their side, at least 0. They predict and give no codes. The default
    /// is 0; the authors take 6.
    /// </summary>
    public int LocalCrops { get; init; }

    internal void Validate()
    {
        this.Require(Prototypes >= 2, Prototypes, "at least 2");
        this.Require(FrozenSteps >= 0, FrozenSteps, "at least 0");
        this.Require(QueueLength >= 0, QueueLength, "at least 0");
        this.Require(QueueStart >= 0, QueueStart, "at least 0");
        this.Require(LocalCrops >= 0, LocalCrops, "at least 0");
    }
}
