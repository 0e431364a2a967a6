using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Runtime;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

/// <summary>Probes, classifiers and fine-tuning take clips as they take images.</summary>
public class ClipProbeTests
{
    /// <summary>Clips whose class is the way in which a bright square drifts.</summary>
    private sealed class Drifts(int count, int seed) : ILabeledImageSource
    {
        public int Count => count;

        public int Frames => 4;

        public IReadOnlyList<string> ClassNames => ["left", "right", "up"];

        public int LabelOf(int index) => index % 3;

        public string NameOf(int index) => $"clip {index}";

        public void Read(int index, int size, Span<byte> pixels)
        {
            var random = new Random(seed * 1000 + index);
            var (x, y) = (random.Next(4, size - 8), random.Next(4, size - 8));
            pixels[..(4 * 3 * size * size)].Clear();
            for (var t = 0; t < 4; t++)
            {
                var (left, top) = (x + (index % 3) switch { 0 => -t, 1 => t, _ => 0 }, y - (index % 3 == 2 ? t : 0));
                for (var row = 0; row < 3 * 4; row++)
                    pixels.Slice(((t * 3 + row / 4) * size + top + row % 4) * size + left, 4).Fill(250);
            }
        }
    }

    [Fact]
    public void ALinearClassifierOfClipsIsFittedSavedAndAsked()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var encoder = new VideoConvNet(16, seed: 1);
        var clips = new Drifts(60, seed: 1);
        using var classifier = LinearProbe.Fit(encoder, clips, new() { Strengths = [0.01, 0.1] });
        classifier.Save(folder["classifier.safetensors"]);
        using var loaded = ImageClassifier.Load(folder["classifier.safetensors"]);
        var loader = new ImageLoader(new Drifts(30, seed: 2), new() { ImageSize = 16, Shuffle = false });
        using var batch = loader.ReadEpoch(0).Single();
        var pixels = batch.ToTensor(CPU);
        var probabilities = loaded.ComputeProbabilities(pixels);
        Assert.Equal([30, 3], probabilities.shape);
        Assert.True(probabilities.Equals(classifier.ComputeProbabilities(pixels)));
        var labels = arange(30, int64).remainder(3);
        Assert.InRange(probabilities.argmax(1).eq(labels).to(float32).mean().item<float>(), 0.6f, 1);
        Assert.Contains("takes clips", Assert.Throws<ArgumentException>(() => loaded.ComputeProbabilities(pixels.select(1, 0))).Message);
    }

    [Fact]
    public void WholeNetworksAreFineTunedOnClips()
    {
        using var encoder = new VideoConvNet(16, seed: 1);
        var row = Assert.Single(FineTuner.Evaluate(
            encoder, new Drifts(48, seed: 1), new Drifts(30, seed: 2),
            new() { Shares = [1], Steps = 60, BatchSize = 16, LearningRates = [0.05], Augmentation = new() { Flip = false } }));
        Assert.True(row.Pretrained > 0.6 && row.FromScratch > 0.6, $"{row}");
    }

    [Fact]
    public void AWholeNetworkBecomesAClassifierOfClipsThatAreMixedAsAWhole()
    {
        using var encoder = new VideoConvNet(16, seed: 1);
        var recipe = new ClassifierRecipe { Epochs = 2, BatchSize = 8, Mixup = 1, HeldOutShare = 0, Augmentation = new() { Flip = false } };
        using var classifier = FineTuner.Fit(encoder, new Drifts(48, seed: 1), recipe);
        Assert.Equal(["left", "right", "up"], classifier.ClassNames);
    }
}
