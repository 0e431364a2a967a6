using SelfSup.Data;
using SelfSup.Files;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>A short run of a method: 2 epochs of 3 steps, and the kill of one in its last step.</summary>
internal static class MethodRun
{
    public const int Epochs = 2, StepsPerEpoch = 3, BatchSize = 8;

    public static PretrainingResult Run(TemporaryFolder folder, Func<Encoder> createEncoder, IPretextTask task, bool resume = false)
    {
        using var encoder = createEncoder();
        return Pretraining.Run(encoder, [new WeightedTask(task)], new ProceduralImages(StepsPerEpoch * BatchSize + 3, seed: 4), new()
        {
            Epochs = Epochs,
            BatchSize = BatchSize,
            Recipe = task.Recipe is { } recipe ? recipe with { Warmup = 0 } : null,
            RunFolder = folder.Path,
            Resume = resume,
            CheckpointEverySteps = 2,
        });
    }

    /// <summary>Kills a run in its last step, two steps after a checkpoint in the midst of the epoch, and resumes it.</summary>
    public static void KillAndResume(TemporaryFolder folder, Func<Encoder> createEncoder, Func<IPretextTask> createTask)
    {
        // The preview after the first epoch is the fourth batch.
        Assert.Throws<TimeZoneNotFoundException>(() => Run(folder, createEncoder, new KilledTask(createTask(), atBatch: 7)));
        Assert.Equal("step-000000004.safetensors", Path.GetFileName(LastCheckpoint(folder)));
        Run(folder, createEncoder, createTask(), resume: true);
    }

    public static string LastCheckpoint(TemporaryFolder folder) =>
        Directory.GetFiles(folder["checkpoints"]).Order(StringComparer.Ordinal).Last();

    public static void AssertSame(TemporaryFolder expected, TemporaryFolder actual)
    {
        foreach (var file in new[] { "metrics.jsonl", "encoder.safetensors" })
            Assert.Equal(File.ReadAllBytes(expected[file]), File.ReadAllBytes(actual[file]));
        using SafetensorsFile first = SafetensorsFile.Read(LastCheckpoint(expected)), second = SafetensorsFile.Read(LastCheckpoint(actual));
        Assert.Equal(first.Tensors.Keys.Order(), second.Tensors.Keys.Order());
        Assert.All(first.Tensors, pair => Assert.True(pair.Value.Equals(second.Tensors[pair.Key]), pair.Key));
    }

    /// <summary>The tensors of the last checkpoint under a prefix, without it, compared with those of the encoder's file.</summary>
    public static bool Exports(TemporaryFolder folder, string prefix)
    {
        using SafetensorsFile checkpoint = SafetensorsFile.Read(LastCheckpoint(folder)), encoder = SafetensorsFile.Read(folder["encoder.safetensors"]);
        Assert.All(encoder.Tensors.Keys, name => Assert.Contains(prefix + name, checkpoint.Tensors.Keys));
        return encoder.Tensors.All(pair => pair.Value.Equals(checkpoint.Tensors[prefix + pair.Key]));
    }
}
