namespace SelfSup.Distributed;

/// <summary>Which images of a batch a rank has, in the order of the whole batch.</summary>
/// <remarks>The default stands for all images, however many.</remarks>
/// <param name="First">Images of the ranks before it.</param>
/// <param name="Count">Its own images, at least two.</param>
/// <param name="Total">Images of all ranks.</param>
internal readonly record struct BatchShare(long First, long Count, long Total)
{
    /// <summary>Whether other ranks have images too.</summary>
    public bool IsPart => Count < Total;

    /// <summary>A batch that one process has by itself.</summary>
    public static BatchShare Whole(long count) => new(0, count, count);

    /// <summary>
    /// What a rank's loss, a mean over its own images, is multiplied by before the backward pass, so that the mean over ranks is that over
    /// images; 1 where all ranks have as many.
    /// </summary>
    /// <param name="ranks">Number of ranks.</param>
    public double WeightAmong(int ranks) => IsPart ? (double)Count * ranks / Total : 1;
}
