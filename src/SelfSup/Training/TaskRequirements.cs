using SelfSup.Data;

namespace SelfSup.Training;

/// <summary>Checks before a run that its tasks, encoder and images suit each other.</summary>
internal static class TaskRequirements
{
    /// <summary>Checks one task.</summary>
    /// <exception cref="ArgumentException">It needs another kind of source or encoder; the message says which.</exception>
    public static void Check(IPretextTask task, Encoder encoder, IImageSource images)
    {
        if (task.MinimumFrames == 1 && images.Frames > 1)
        {
            throw new ArgumentException(
                $"The task '{task.Name}' learns from single images, and the source has clips of {images.Frames} frames.", nameof(images));
        }
        if (images.Frames < task.MinimumFrames)
        {
            var source = images.Frames == 1 ? "single images" : $"clips of {images.Frames}";
            throw new ArgumentException(
                $"The task '{task.Name}' needs clips of at least {task.MinimumFrames} frames, and the source has {source}.", nameof(images));
        }
        if (task.FeedsClips != encoder.TakesClips)
        {
            var (given, taken) = task.FeedsClips ? ("clips", "single images") : ("single images", "clips");
            throw new ArgumentException(
                $"The task '{task.Name}' gives the encoder {given}, and '{encoder.Architecture}' takes {taken}.", nameof(encoder));
        }
    }
}
