using System.Text.Json;
using SelfSup.Data;
using SelfSup.Encoders;
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

    [Fact]
    public void TheTurnOfClipsNeverSeenIsLearnt()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new VideoConvNet(16);
        var result = Run(encoder, new VideoRotationTask(), new ProceduralClips(192, frames: 4, seed: 1), new()
        {
            Epochs = 6,
            BatchSize = 16,
            HeldOut = new ProceduralClips(48, frames: 4, seed: 2),
            RunFolder = folder.Path,
            Precision = Precision.Float32,
        });
        Assert.InRange(result.Metrics["held_out/video-rotation/accuracy"], 0.45, 1); // chance is 0.25
        var lines = File.ReadLines(folder["metrics.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(6 * 12 + 6, lines.Length);
        Assert.Equal(72, lines[^1].GetProperty("step").GetInt64());
        Assert.Equal(result.Metrics["held_out/video-rotation/loss"], lines[^1].GetProperty("held_out/video-rotation/loss").GetDouble(), 6);
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
