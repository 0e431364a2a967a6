using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Training;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests;

/// <summary>What a user does, without access to internals: writes a task, checks it, trains it, probes it, ships a classifier.</summary>
public class CustomTaskTests
{
    private sealed class UpsideDownTask() : ClassificationTask("upside-down", classes: 2)
    {
        public override PretextBatch Generate(Tensor images, Generator random)
        {
            using var scope = NewDisposeScope();
            var labels = randint(0, 2, [images.shape[0]], int64, images.device, generator: random);
            var inputs = where(labels.view(-1, 1, 1, 1).eq(1), images.flip(2), images);
            return new PretextBatch(inputs.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope());
        }
    }

    private sealed class BrokenTask() : ClassificationTask("broken", classes: 2)
    {
        public override PretextBatch Generate(Tensor images, Generator random)
        {
            images.zero_();
            return new PretextBatch(images.clone(), full(images.shape[0], 2, int64));
        }
    }

    [Fact]
    public async Task ACustomTaskLearnsAndItsFeaturesCarryAClassifier()
    {
        var task = new UpsideDownTask();
        PretextTaskCheck.Verify(task);

        var folder = Directory.CreateTempSubdirectory().FullName;
        using var encoder = new ConvNet(imageSize: 32);
        var result = await Pretraining.RunAsync(encoder, task, new ProceduralImages(640, seed: 1), new PretrainingOptions { Epochs = 8, BatchSize = 32, RunFolder = folder });
        Assert.True(result.Metrics["upside-down/accuracy"] > 0.75, $"accuracy {result.Metrics["upside-down/accuracy"]}");
        Assert.True(File.Exists(Path.Combine(folder, "previews", "upside-down.png")));

        using var classifier = LinearProbe.Fit(encoder, new ProceduralImages(160, seed: 2));
        var path = Path.Combine(folder, "classifier.safetensors");
        classifier.Save(path);
        using var loaded = ImageClassifier.Load(path);
        var picture = new byte[3 * 32 * 32];
        new ProceduralImages(1, seed: 5).Read(0, 32, picture);
        var interleaved = Enumerable.Range(0, picture.Length).Select(i => picture[i % 3 * 1024 + i / 3]).ToArray();
        PngFile.Write(Path.Combine(folder, "new.png"), 32, 32, interleaved);
        Assert.Equal(classifier.Predict(Path.Combine(folder, "new.png")).Label, loaded.Predict(Path.Combine(folder, "new.png")).Label);
    }

    [Fact]
    public void ATaskThatBreaksTheContractIsToldHow()
    {
        var message = Assert.Throws<InvalidOperationException>(() => PretextTaskCheck.Verify(new BrokenTask())).Message;
        Assert.Contains("modifies the images", message);
        Assert.Contains("label is outside 0..1", message);
    }
}
