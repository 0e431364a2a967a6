using System.Text.Json;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

public class ClipPretrainingTests
{
    private static PretrainingResult Run(Encoder encoder, IPretextTask task, IImageSource images, PretrainingOptions options) =>
        Pretraining.Run(encoder, [new WeightedTask(task)], images, options);

    private static void AssertRefused(string reason, Encoder encoder, IPretextTask task, IImageSource images)
    {
        using (encoder)
            Assert.Contains(reason, Assert.Throws<ArgumentException>(() => Run(encoder, task, images, new())).Message);
    }

    [Fact]
    public void WhatDoesNotSuitIsRefusedBeforeTheFirstStep()
    {
        IImageSource images = new ProceduralImages(8), clips = new ProceduralClips(8), shorts = new ProceduralClips(8, frames: 6);
        AssertRefused("'rotation' learns from single images", new ConvNet(16), new RotationTask(), clips);
        AssertRefused("'speediness' needs clips of at least 8 frames, and the source has single images", new VideoConvNet(16), new SpeedinessTask(), images);
        AssertRefused("and the source has clips of 6", new VideoConvNet(16), new SpeedinessTask(), shorts);
        AssertRefused("'speediness' gives the encoder clips, and 'convnet' takes single images", new ConvNet(16), new SpeedinessTask(), clips);
        AssertRefused("'frame-order' gives the encoder single images, and 'convnet3d' takes clips", new VideoConvNet(16), new FrameOrderTask(), clips);
        AssertRefused("'rotation' gives the encoder single images", new VideoConvNet(16), new RotationTask(), images);
    }

    [Fact]
    public void HeldOutClipsThatAreNotClipsAreRefused()
    {
        using var encoder = new VideoConvNet(16);
        var error = Assert.Throws<ArgumentException>(
            () => Run(encoder, new SpeedinessTask(), new ProceduralClips(8), new() { HeldOut = new ProceduralImages(8) }));
        Assert.Contains("held-out", error.Message);
        Assert.Throws<ArgumentException>(() => Run(
            encoder, new SpeedinessTask(), new ProceduralClips(8), new() { HeldOut = new ImageSubset(new ProceduralClips(8), []) }));
    }

    [Theory]
    [InlineData("video-rotation", 4, 6, 0.25)]
    [InlineData("speediness", 16, 12, 0.5)]
    [InlineData("clip-order", 16, 6, 1.0 / 3)]
    [InlineData("frame-order", 16, 12, 0.5)]
    public void WhatIsAskedOfClipsNeverSeenIsLearnt(string name, int frames, int epochs, double chance)
    {
        using var folder = new TemporaryFolder();
        var task = TaskCatalog.Create(name);
        using Encoder encoder = task.CreateEncoder(16);
        var result = Run(encoder, task, InMemory(new ProceduralClips(192, frames, seed: 1)), new()
        {
            Epochs = epochs,
            BatchSize = 16,
            Recipe = TrainingRecipe.For(new AdamW()),
            HeldOut = InMemory(new ProceduralClips(64, frames, seed: 2)),
            RunFolder = folder.Path,
            Precision = Precision.Float32,
        });
        Assert.InRange(result.Metrics[$"held_out/{name}/accuracy"], chance + 0.2, 1);
        var lines = File.ReadLines(folder["metrics.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(epochs * 13, lines.Length);
        Assert.Equal(epochs * 12, lines[^1].GetProperty("step").GetInt64());
        Assert.Equal(result.Metrics[$"held_out/{name}/loss"], lines[^1].GetProperty($"held_out/{name}/loss").GetDouble(), 6);
    }

    /// <summary>Drawn once, for all epochs.</summary>
    private static InMemoryImages InMemory(ProceduralClips clips)
    {
        var pixels = new byte[clips.Count][];
        Parallel.For(0, clips.Count, i => clips.Read(i, 16, pixels[i] = new byte[clips.Frames * 3 * 16 * 16]));
        return new([.. pixels.SelectMany(clip => clip)], 16, frames: clips.Frames);
    }

    [Fact]
    public void HeldOutImagesAreAskedTheSameAndTeachNothing()
    {
        double[] Losses(IImageSource? heldOut, out string weights)
        {
            using var encoder = new ConvNet(16);
            var result = Run(encoder, new JigsawTask(), new ProceduralImages(16), new() { Epochs = 2, BatchSize = 8, HeldOut = heldOut });
            using var sum = encoder.parameters().Aggregate(zeros(1), (total, parameter) => total.add(parameter.detach().abs().sum()));
            weights = sum.item<float>().ToString("R");
            return [.. result.Metrics.OrderBy(metric => metric.Key).Select(metric => metric.Value)];
        }

        var with = Losses(new ProceduralImages(12, seed: 4), out var first);
        var again = Losses(new ProceduralImages(12, seed: 4), out _);
        var without = Losses(null, out var second);
        Assert.Equal(with, again);
        Assert.Equal(first, second);
        Assert.Equal(2, with.Length - without.Length); // loss and accuracy
    }

    [Fact]
    public void AResumedRunOfClipsGivesTheNumbersOfOneThatWasNotStopped()
    {
        using TemporaryFolder whole = new(), broken = new();
        PretrainingOptions Options(string folder, bool resume = false) => new()
        {
            Epochs = 2,
            BatchSize = 4,
            HeldOut = new ProceduralClips(4, frames: 8, seed: 2),
            RunFolder = folder,
            Resume = resume,
            CheckpointEverySteps = 1,
        };
        var clips = new ProceduralClips(12, frames: 8);
        PretrainingResult expected, resumed;
        using (var encoder = new VideoConvNet(16))
            expected = Run(encoder, new SpeedinessTask(), clips, Options(whole.Path));
        // Three steps, held-out clips and previews are an epoch's calls, so the run dies in the second step of the second epoch.
        var stopping = new InterruptedTask(new SpeedinessTask(), call =>
        {
            if (call == 7)
                throw new TimeZoneNotFoundException();
        });
        using (var encoder = new VideoConvNet(16))
            Assert.Throws<TimeZoneNotFoundException>(() => Run(encoder, stopping, clips, Options(broken.Path)));
        using (var encoder = new VideoConvNet(16, seed: 7))
            resumed = Run(encoder, new SpeedinessTask(), clips, Options(broken.Path, resume: true));
        Assert.Equal(expected.Metrics["held_out/speediness/loss"], resumed.Metrics["held_out/speediness/loss"]);
        Assert.Equal(File.ReadAllLines(whole["metrics.jsonl"]), File.ReadAllLines(broken["metrics.jsonl"]));
    }
}
