using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Tests.Onnx;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

/// <summary>A classifier that is trained as a whole starts as the frozen one, and ends where held-out labels say.</summary>
public class ClassifierFitTests
{
    private const int Size = 32;

    private static readonly ProceduralImages Unlabeled = new(60, seed: 5);

    private static readonly ClassifierRecipe Quick = new()
    {
        Epochs = 12,
        BatchSize = 16,
        LearningRate = 0.03,
        FirstLayerShare = 0.5,
        Augmentation = new Augmentation(),
    };

    [Fact]
    public void TheWholeNetworkAnswersBetterThanItsLastLayerAlone()
    {
        using var encoder = new ConvNet(Size, seed: 1);
        var before = FeatureExtractorTests.Snapshot(encoder);
        var (train, test) = (new ProceduralImages(200, seed: 1), new ProceduralImages(200, seed: 2));
        using var frozen = LinearProbe.Fit(encoder, train, new() { Stage = FeatureLayer.PooledName });
        using var tuned = FineTuner.Fit(encoder, train, Quick with { Epochs = 30, Mixup = 0, HeldOutShare = 0 });
        Assert.Equal(before, FeatureExtractorTests.Snapshot(encoder));
        var (first, second) = (Accuracy(frozen, test), Accuracy(tuned, test));
        Assert.True(second > first + 0.1, $"{first} and {second}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheSameSeedGivesTheSameClassifierAndOnnxRuntimeItsAnswers(bool hasUnlabeled)
    {
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(Size, seed: 1);
        var images = new ProceduralImages(40, seed: 1);
        var recipe = Quick with { Epochs = 2, HeldOutShare = 0, Unlabeled = hasUnlabeled ? Unlabeled : null };
        using (var first = FineTuner.Fit(encoder, images, recipe))
            first.Save(folder["first"]);
        using var second = FineTuner.Fit(encoder, images, recipe);
        second.Save(folder["second"]);
        Assert.Equal(File.ReadAllBytes(folder["first"]), File.ReadAllBytes(folder["second"]));

        using var loaded = ImageClassifier.Load(folder["first"]);
        loaded.ExportOnnx(folder["classifier.onnx"]);
        using var run = new OnnxRun(folder["classifier.onnx"]);
        using var pixels = SelfSup.Tests.TestImages.Colorful(5, Size);
        using var expected = second.ComputeProbabilities(pixels);
        using var scope = NewDisposeScope();
        OnnxRun.AssertClose(expected, run.Compute(pixels)["probabilities"]);
    }

    /// <summary>From one label a class on, which unlabeled images alone make possible.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void WithUnlabeledImagesItStartsAsTheFrozenOneWithThemAndLearns(int labelsAClass)
    {
        using var encoder = new ConvNet(Size, seed: 1);
        var images = LabeledSubset.Stratified(new ProceduralImages(200, seed: 1), 10 * labelsAClass, seed: 0);
        var still = Quick with { LearningRate = 1e-30, Epochs = 1, HeldOutShare = 0, Unlabeled = Unlabeled };
        using var start = FineTuner.Fit(encoder, images, still);
        using var frozen = LinearProbe.Fit(encoder, images, new() { Unlabeled = Unlabeled, Stage = start.Layer.Name });
        using var learned = FineTuner.Fit(encoder, images, still with { LearningRate = 0.01 });
        using var pixels = SelfSup.Tests.TestImages.Colorful(5, Size);
        using var scope = NewDisposeScope();
        Assert.True(frozen.ComputeProbabilities(pixels).allclose(start.ComputeProbabilities(pixels), 0, 1e-5));
        Assert.False(start.ComputeProbabilities(pixels).allclose(learned.ComputeProbabilities(pixels), 0, 1e-3));
    }

    [Fact]
    public void WhereTrainingHelpsNothingTheFrozenClassifierRemains()
    {
        using var encoder = new ConvNet(Size, seed: 1);
        var images = new ProceduralImages(120, seed: 1);
        using var wrecked = FineTuner.Fit(encoder, images, Quick with { LearningRate = 1e6 });
        using var untouched = FineTuner.Fit(encoder, images, Quick with { LearningRate = 1e-30, Epochs = 1, HeldOutShare = 0 });
        using var pixels = SelfSup.Tests.TestImages.Colorful(5, Size);
        using var first = wrecked.ComputeProbabilities(pixels);
        using var second = untouched.ComputeProbabilities(pixels);
        Assert.True(first.allclose(second, 0, 1e-6));
    }

    [Fact]
    public void BetweenTheFrozenAndTheTrainedClassifierLiesTheirBlend()
    {
        using var encoder = new ConvNet(Size, seed: 1);
        var images = new ProceduralImages(120, seed: 1);
        var recipe = Quick with { Epochs = 3, HeldOutShare = 0 };
        using var untouched = FineTuner.Fit(encoder, images, recipe with { LearningRate = 1e-30 });
        using var all = FineTuner.Fit(encoder, images, recipe with { FrozenShare = 1 });
        using var none = FineTuner.Fit(encoder, images, recipe with { FrozenShare = 0 });
        using var half = FineTuner.Fit(encoder, images, recipe with { FrozenShare = 0.5 });
        using var trained = FineTuner.Fit(encoder, images, recipe); // so many labels leave nothing of the frozen one
        using var scope = NewDisposeScope();
        var pixels = SelfSup.Tests.TestImages.Colorful(5, Size);
        Tensor Of(ImageClassifier classifier) => classifier.ComputeProbabilities(pixels);
        Assert.True(Of(all).allclose(Of(untouched), 0, 1e-6));
        Assert.True(Of(none).allclose(Of(trained), 0, 0));
        Assert.False(Of(half).allclose(Of(none), 0, 1e-3));
        Assert.False(Of(half).allclose(Of(all), 0, 1e-3));
        using var folder = new TemporaryFolder();
        using var start = Saved(all);
        using var end = Saved(none);
        using var middle = Saved(half);
        foreach (var (name, value) in middle.Tensors.Where(pair => pair.Value.is_floating_point()))
            Assert.True(value.allclose((start.Tensors[name] + end.Tensors[name]) / 2, 1e-5, 1e-6), name);

        SafetensorsFile Saved(ImageClassifier classifier)
        {
            classifier.Save(folder["classifier"]);
            return SafetensorsFile.Read(folder["classifier"]);
        }
    }

    [Fact]
    public void WithFewLabelsItStartsFromTheStageThatServesTheFrozenOneBest()
    {
        using var encoder = new ConvNet(Size, seed: 1);
        var images = LabeledSubset.Stratified(new ProceduralImages(200, seed: 1), 50, seed: 0);
        using var frozen = LinearProbe.Fit(encoder, images, new());
        using var tuned = FineTuner.Fit(encoder, images, new() { Epochs = 1 });
        Assert.NotEqual(encoder.Stages.Count - 1, frozen.Layer.Stage);
        Assert.Equal(frozen.Layer, tuned.Layer);
    }

    [Fact]
    public void ATrainingThatDivergesIsAnError()
    {
        using var encoder = new ConvNet(Size, seed: 1);
        var error = Assert.Throws<InvalidOperationException>(
            () => FineTuner.Fit(encoder, new ProceduralImages(40, seed: 1), Quick with { LearningRate = 1e30, HeldOutShare = 0 }));
        Assert.Contains("LearningRate", error.Message);
    }

    [Fact]
    public void BalancedClassesMakeRareOnesAnsweredMoreOften()
    {
        using var encoder = new ConvNet(Size, seed: 1);
        var all = new ProceduralImages(400, seed: 1);
        var rare = Enumerable.Range(0, all.Count).Where(i => all.LabelOf(i) == 0).Take(4);
        var train = new LabeledSubset(all, [.. rare, .. Enumerable.Range(0, 160).Where(i => all.LabelOf(i) != 0)]);
        var test = new ProceduralImages(200, seed: 2);
        Assert.True(CountRare(true) > CountRare(false));

        int CountRare(bool isBalanced)
        {
            using var classifier = FineTuner.Fit(encoder, train, Quick with { BalanceClasses = isBalanced, HeldOutShare = 0, Epochs = 6 });
            return Answers(classifier, test).Count(answer => answer == 0);
        }
    }

    /// <summary>A share of every class is held out, so that a rare one is in both parts.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ARareClassIsLearnedWhileTheEpochsAreChosen(bool isBalanced)
    {
        using var encoder = new ConvNet(Size, seed: 1);
        var all = new ProceduralImages(1200, seed: 1);
        var rows = Enumerable.Range(0, all.Count).GroupBy(all.LabelOf).OrderBy(group => group.Key).SelectMany(group => group.Take(group.Key == 0 ? 5 : 20));
        using var classifier = FineTuner.Fit(encoder, new LabeledSubset(all, rows), Quick with { Epochs = 2, BalanceClasses = isBalanced });
        Assert.Contains(all.ClassNames[0], classifier.ClassNames);
        using var least = FineTuner.Fit(encoder, new ProceduralImages(120, seed: 1), Quick with { Epochs = 1, HeldOutShare = 0.001 });
        Assert.Equal(all.ClassNames.Count, least.ClassNames.Count);
    }

    [Fact]
    public void StepsLeaveNoTensors()
    {
        using var encoder = new ConvNet(Size, seed: 1);
        var images = new ProceduralImages(40, seed: 1);
        CountLeft(1);
        Assert.Equal(CountLeft(1), CountLeft(4)); // TorchSharp counts every parameter that is made twice

        long CountLeft(int epochs)
        {
            var before = LiveTensors.Count();
            FineTuner.Fit(encoder, images, Quick with { Epochs = epochs }).Dispose();
            return LiveTensors.Count() - before;
        }
    }

    [Fact]
    public void WrongOptionsAreNamed()
    {
        using var encoder = new ConvNet(Size);
        Assert.Contains("Mixup is 2", Refused(new() { Mixup = 2 }));
        Assert.Contains("FirstLayerShare is 0", Refused(new() { FirstLayerShare = 0 }));
        Assert.Contains("Patience is 0", Refused(new() { Patience = 0 }));
        Assert.Contains("Unlabeled is without images", Refused(new() { Unlabeled = new TestImages(0, 2) }));

        string Refused(ClassifierRecipe recipe) =>
            Assert.Throws<ArgumentException>(() => FineTuner.Fit(encoder, new ProceduralImages(30), recipe)).Message;
    }

    private static double Accuracy(ImageClassifier classifier, ILabeledImageSource images) =>
        Answers(classifier, images).Index().Count(answer => answer.Item == images.LabelOf(answer.Index)) / (double)images.Count;

    private static long[] Answers(ImageClassifier classifier, ILabeledImageSource images)
    {
        using var scope = NewDisposeScope();
        var pixels = new byte[images.Count * 3 * Size * Size];
        for (var i = 0; i < images.Count; i++)
            images.Read(i, Size, pixels.AsSpan(i * 3 * Size * Size, 3 * Size * Size));
        return classifier.ComputeProbabilities(tensor(pixels, [images.Count, 3, Size, Size])).argmax(1).data<long>().ToArray();
    }
}
