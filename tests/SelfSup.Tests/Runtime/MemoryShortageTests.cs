using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Tests.Training;
using SelfSup.Training;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Runtime;

/// <summary>What is asked for is more than any machine addresses, so that libtorch's own allocator refuses it.</summary>
public class MemoryShortageTests
{
    [Fact]
    public void ARunNamesBatchImagesAndEncoderAndKeepsItsCheckpoint()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(16);
        var greedy = new InterruptedTask(new RotationTask(), call =>
        {
            if (call == 3)
                empty(1L << 50).Dispose();
        });
        var options = new PretrainingOptions { Epochs = 1, BatchSize = 8, Workers = 1, RunFolder = folder.Path, CheckpointEverySteps = 1 };

        var error = Assert.Throws<InsufficientMemoryException>(
            () => Pretraining.Run(encoder, [new WeightedTask(greedy)], new ProceduralImages(64), options));

        Assert.StartsWith("There is not enough memory on cpu for 'convnet' on a batch of 8 images of 16 x 16 pixels. Try a smaller batch", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(2, Directory.GetFiles(System.IO.Path.Join(folder.Path, "checkpoints"), "*.safetensors").Length);
    }

    [Fact]
    public void ClipsAreNamedWithTheirFrames()
    {
        using var encoder = new VideoConvNet(16);
        using var frames = zeros(1);
        var error = Assert.Throws<InsufficientMemoryException>(
            () => SelfSup.Runtime.MemoryShortage.Explain(encoder, 4, 16, () => frames.expand(1L << 50).clone()));
        Assert.Contains("a batch of 4 clips of 16 frames of 16 x 16 pixels", error.Message);
    }

    [Fact]
    public void FeaturesThatDoNotFitSayHowLargeTheyAre()
    {
        using var encoder = new ConvNet(16);
        var layer = new FeatureLayer("stage1", Stage: 0, Grid: 4, Length: int.MaxValue);
        var error = Assert.Throws<InsufficientMemoryException>(
            () => FeatureExtractor.Extract(encoder, new ProceduralImages(1_000_000), [layer]));
        Assert.Contains("8589934.6 GB", error.Message);
    }

    [Fact]
    public void OtherErrorsStayWhatTheyAre()
    {
        using var encoder = new ConvNet(16);
        var error = Assert.ThrowsAny<Exception>(
            () => SelfSup.Runtime.MemoryShortage.Explain(encoder, 4, 1, () => zeros(2).add(zeros(3))));
        Assert.IsNotType<InsufficientMemoryException>(error);
    }
}
