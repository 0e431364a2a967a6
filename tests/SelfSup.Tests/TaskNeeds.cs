using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Tests;

/// <summary>What a task needs, found by asking it, and given to its model.</summary>
internal static class TaskNeeds
{
    /// <summary>Whether the encoder is given clips.</summary>
    public static bool FeedsClips(this IPretextTask task)
    {
        using var encoder = new VideoConvNet(16);
        return Fits(task, encoder, 32);
    }

    /// <summary>Frames of the shortest clips that it takes; 1 for images.</summary>
    public static int MinimumFrames(this IPretextTask task)
    {
        using Encoder encoder = task.FeedsClips() ? new VideoConvNet(16) : new ConvNet(16);
        return Enumerable.Range(1, 32).First(frames => Fits(task, encoder, frames));
    }

    /// <summary>Begins a first epoch of one batch.</summary>
    public static void StartEpoch(this PretextModel model, PretextInput input, int epoch = 0)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(6, input.Indices.device);
        model.OnEpochStarting(new EpochContext(epoch, 10, (int)input.Indices.shape[0], random, () => [input], _ => { }));
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
