using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Testing;
using SelfSup.Training;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests;

/// <summary>What a user does, without access to internals: writes a task, checks it, trains it, probes it, ships a classifier.</summary>
public class CustomTaskTests
{
    private sealed class UpsideDownTask() : ClassificationTask("upside-down", classes: 2)
    {
        protected override LabeledBatch Generate(Tensor images, RandomSource random)
        {
            var inputs = cat([images, images.flip(2)]);
            var labels = arange(2, int64, images.device).repeat_interleave(images.shape[0]);
            return new LabeledBatch(inputs, labels);
        }
    }

    private sealed class BrokenTask() : ClassificationTask("broken", classes: 2)
    {
        protected override LabeledBatch Generate(Tensor images, RandomSource random)
        {
            images.zero_();
            return new LabeledBatch(images.clone(), full(images.shape[0], 2, int64));
        }
    }

    [Fact]
    public async Task ACustomTaskLearnsAndItsFeaturesCarryAClassifier()
    {
        var task = new UpsideDownTask();
        PretextTaskCheck.Verify(task);

        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(imageSize: 32);
        var result = await Pretraining.RunAsync(
            encoder, task, new ProceduralImages(640, seed: 1), new PretrainingOptions { Epochs = 8, BatchSize = 32, RunFolder = folder.Path });
        Assert.True(result.Metrics["upside-down/accuracy"] > 0.8, $"accuracy {result.Metrics["upside-down/accuracy"]}, chance 0.5");
        Assert.True(File.Exists(folder["previews/upside-down.png"]));

        using var classifier = LinearProbe.Fit(encoder, new ProceduralImages(160, seed: 2));
        classifier.Save(folder["classifier.safetensors"]);
        using var loaded = ImageClassifier.Load(folder["classifier.safetensors"]);
        var picture = new byte[3 * 32 * 32];
        new ProceduralImages(1, seed: 5).Read(0, 32, picture);
        var interleaved = Enumerable.Range(0, picture.Length).Select(i => picture[i % 3 * 1024 + i / 3]).ToArray();
        PngFile.Write(folder["new.png"], 32, 32, interleaved);
        Prediction expected = classifier.Predict(folder["new.png"]), answer = loaded.Predict(folder["new.png"]);
        Assert.Equal(expected.Label, answer.Label);
        Assert.Equal(expected.Probability, answer.Probability, 1e-5f);
    }

    [Fact]
    public async Task WhatRotationLearnsBeatsRandomFeaturesAndChance()
    {
        using var encoder = new ConvNet(imageSize: 32);
        await Pretraining.RunAsync(
            encoder, new RotationTask(), new ProceduralImages(1200, seed: 1), new PretrainingOptions { Epochs = 4, BatchSize = 32 });
        var report = LinearProbe.Evaluate(encoder, new ProceduralImages(160, seed: 2), new ProceduralImages(800, seed: 3));
        double Accuracy(string features) => report.Rows.Single(row => row.Features == features && row.TestAccuracy is not null).TestAccuracy!.Value;
        Assert.True(Accuracy(ProbeRow.Pretrained) > Accuracy(ProbeRow.RandomWeights) + 0.1, report.ToTable());
        Assert.True(Accuracy(ProbeRow.Pretrained) > Accuracy(ProbeRow.Chance) + 0.3, report.ToTable());
    }

    [Fact]
    public void ATaskThatBreaksTheContractIsToldHow()
    {
        var message = Assert.Throws<InvalidOperationException>(() => PretextTaskCheck.Verify(new BrokenTask())).Message;
        Assert.Contains("modifies the images", message);
        Assert.Contains("label is outside 0..1", message);
    }
}
