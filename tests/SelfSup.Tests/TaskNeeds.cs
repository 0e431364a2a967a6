using SelfSup.Testing;

namespace SelfSup.Tests;

/// <summary>What a task needs, found by asking it.</summary>
internal static class TaskNeeds
{
    /// <summary>Creates a small encoder that the task fits; owned by the caller.</summary>
    public static Encoder CreateEncoder(this IPretextTask task, int imageSize, int seed = 0) =>
        SmallEncoders.CreateFor(task, imageSize, seed).Encoder;

    /// <summary>Frames of the shortest clips that it takes; 1 for images.</summary>
    public static int MinimumFrames(this IPretextTask task)
    {
        var (encoder, frames) = SmallEncoders.CreateFor(task, 32);
        encoder.Dispose();
        return frames;
    }
}
