namespace SelfSup.Data;

/// <summary>Lets a source read the images of a shuffle window before they are asked for, neighbors in one go.</summary>
/// <param name="source">The images.</param>
/// <param name="order">The order in which they are asked for.</param>
/// <param name="window">How many of these are one window, at least 1.</param>
/// <param name="first">The first place in the order that is asked for.</param>
internal sealed class WindowPrefetch(IImageSource source, int[] order, int window, int first)
{
    // A gap of a few images is sooner read over than sought past.
    private const int WidestGap = 32;

    private readonly Lock gate = new();
    private int announced = first - first % window;

    /// <summary>Announces the window of a place and the one after it, each once. From any thread.</summary>
    /// <param name="place">A place in the order.</param>
    public void Reach(int place)
    {
        lock (gate)
        {
            while (announced < order.Length && announced - place <= window)
            {
                var end = announced + Math.Min(window, order.Length - announced);
                Announce(order[announced..end]);
                announced = end;
            }
        }
    }

    private void Announce(int[] images)
    {
        Array.Sort(images);
        for (var (begin, end) = (0, 1); end <= images.Length; end++)
        {
            if (end < images.Length && images[end] - images[end - 1] <= WidestGap)
                continue;
            source.Prefetch(images[begin], images[end - 1] - images[begin] + 1);
            begin = end;
        }
    }
}
