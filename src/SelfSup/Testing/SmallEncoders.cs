using SelfSup.Encoders;

namespace SelfSup.Testing;

/// <summary>The smallest encoder of every kind that the library has: one of them suits any task of its own.</summary>
internal static class SmallEncoders
{
    private const int LongestClip = 32;

    /// <summary>Create them, the quickest first.</summary>
    public static IReadOnlyList<EncoderFactory> Factories { get; } =
    [
        (size, seed, normalization, stem) => new ConvNet(size, seed, normalization, stem),
        (size, seed, normalization, stem) => new VideoConvNet(size, seed, normalization, stem),
        (size, seed, normalization, stem) => new SplitConvNet(size, seed, normalization, stem),
        (size, seed, normalization, stem) => new VisionTransformer("vit_tiny", size, new() { Depth = 2 }, seed, normalization, stem),
    ];

    /// <summary>Creates the first that a task fits, whatever the images.</summary>
    /// <param name="task">The task.</param>
    /// <param name="imageSize">Side of the images in pixels.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <returns>The encoder, owned by the caller, and the frames of the shortest clips that the task takes; 1 for images.</returns>
    /// <exception cref="ArgumentException">The task fits none.</exception>
    public static (Encoder Encoder, int Frames) CreateFor(IPretextTask task, int imageSize, int seed = 0)
    {
        foreach (var create in Factories)
        {
            var encoder = create(imageSize, seed, null, null);
            for (var frames = 1; frames <= LongestClip; frames++)
            {
                if (Fits(task, encoder, frames))
                    return (encoder, frames);
            }
            encoder.Dispose();
        }
        throw new ArgumentException($"The task '{task.Name}' fits none of the small encoders.", nameof(task));
    }

    private static bool Fits(IPretextTask task, Encoder encoder, int frames)
    {
        try
        {
            task.CheckFits(encoder, frames);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
