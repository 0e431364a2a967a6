using static TorchSharp.torch;

namespace SelfSup;

/// <summary>What a task may do before an epoch: look at all images, choose their order, and renew a head.</summary>
public sealed class EpochContext
{
    private readonly Func<int?, IEnumerable<PretextInput>> readImages;
    private readonly Action<nn.Module> resetOptimizer;

    internal EpochContext(
        int epoch, int epochs, int imageCount, RandomSource random, Func<int?, IEnumerable<PretextInput>> readImages, Action<nn.Module> resetOptimizer)
    {
        (Epoch, Epochs, ImageCount, Random) = (epoch, epochs, imageCount, random);
        (this.readImages, this.resetOptimizer) = (readImages, resetOptimizer);
    }

    /// <summary>The epoch that starts, from 0.</summary>
    public int Epoch { get; }

    /// <summary>Epochs of the whole run.</summary>
    public int Epochs { get; }

    /// <summary>Number of images to learn from.</summary>
    public int ImageCount { get; }

    /// <summary>The only source of randomness: the same in this epoch whether or not the run was interrupted before.</summary>
    public RandomSource Random { get; }

    internal int[]? Order { get; private set; }

    /// <summary>
    /// Reads every image once, in a random order, so that batches are mixed where a source is sorted: the central square. Images that
    /// cannot be read are left out.
    /// </summary>
    /// <param name="imageSize">Side of the square in pixels; null means the encoder's size.</param>
    /// <returns>Batches of one view with the images' indices. Each is valid until the next one is asked for, and is not to be disposed.</returns>
    public IEnumerable<PretextInput> ReadImages(int? imageSize = null) => readImages(imageSize);

    /// <summary>Sets the order in which the epoch reads the images; an image may come several times or not at all.</summary>
    /// <param name="order">As many indices as there are images.</param>
    /// <exception cref="ArgumentException">There are not as many indices, or one is no image's.</exception>
    public void UseOrder(IReadOnlyList<int> order)
    {
        if (order.Count != ImageCount || order.Any(index => index < 0 || index >= ImageCount))
            throw new ArgumentException($"An order has {ImageCount} indices in 0..{ImageCount - 1}; it may repeat some.", nameof(order));
        Order = [.. order];
    }

    /// <summary>Forgets what the optimizer has gathered about a module's parameters, such as momentum, since they were drawn anew.</summary>
    /// <param name="module">A module that an objective of the task trains.</param>
    public void ResetOptimizer(nn.Module module) => resetOptimizer(module);
}
