namespace SelfSup.Tasks;

/// <summary>How long a queue of features is for a number of images.</summary>
internal static class QueueLength
{
    private const int Shortest = 64;

    /// <summary>
    /// The asked length, but no more than a quarter of the images: a longer queue would mostly hold the very images that it is compared with.
    /// </summary>
    public static int For(int asked, int images) => Math.Min(asked, Math.Max(Shortest, images / 4));
}
