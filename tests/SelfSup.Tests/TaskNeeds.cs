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

    /// <summary>A small encoder that the task takes, owned by the caller.</summary>
    public static Encoder NewEncoder(this IPretextTask task, int side, int seed = 0)
    {
        Func<Encoder>[] candidates = [() => new ConvNet(side, seed), () => new VideoConvNet(side, seed), () => new SplitConvNet(side, seed)];
        foreach (var create in candidates)
        {
            var encoder = create();
            if (Fits(task, encoder, 1) || Fits(task, encoder, 32))
                return encoder;
            encoder.Dispose();
        }
        throw new ArgumentException($"The task '{task.Name}' takes no encoder of the tests.");
    }

    /// <summary>Frames of the shortest clips that it takes; 1 for images.</summary>
    public static int MinimumFrames(this IPretextTask task)
    {
        using var encoder = task.NewEncoder(16);
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
