using SelfSup.Testing;
using static TorchSharp.torch;

namespace SelfSup.Tests;

/// <summary>What a task needs, found by asking it, and given to its model.</summary>
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

    /// <summary>Begins a first epoch of one batch.</summary>
    public static void StartEpoch(this PretextModel model, PretextInput input, int epoch = 0)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(6, input.Indices.device);
        model.OnEpochStarting(new EpochContext(epoch, 10, (int)input.Indices.shape[0], random, _ => [input], _ => { }));
    }
}
