using SelfSup.Encoders;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

/// <summary>What images without labels give a classifier.</summary>
public class UnlabeledTests
{
    private const int Classes = 4, Length = 64;
    private static readonly FeatureLayer Layer = new("pooled", 0, 1, Length);
    private static readonly string[] Names = ["a", "b", "c", "d"];

    [Fact]
    public void CenteringTakesOutWhatAllImagesShare()
    {
        using var scope = NewDisposeScope();
        using var data = Draw(100, seed: 1);
        var center = data.Features.mean([0]);
        var scaled = data.Features.clone();
        using var centering = Centering.ApplyTo(scaled, center);
        Assert.True(allclose(scaled.norm(1, false, 2f), full(100, 8f), atol: 1e-4)); // the root of 64
        Assert.True(allclose(Centering.DirectionsOf(data.Features, center).mul(8), scaled, atol: 1e-4));
        Assert.Equal(0, Centering.DirectionsOf(center.unsqueeze(0), center).abs().sum().item<float>());

        // A shift of all images alike, and a head of features as they come, change no answer.
        var shift = full(Length, 5f);
        Assert.True(allclose(Centering.DirectionsOf(data.Features + shift, center + shift).mul(8), scaled, atol: 1e-3));
        var labels = tensor(data.Labels.Select(label => (long)label).ToArray());
        using var fit = LogisticRegression.Fit(scaled, labels, Classes, 0.01);
        var answers = (scaled.mm(fit.GetWeights().t()) + fit.GetBias()).argmax(1).data<long>().ToArray();
        Assert.Equal(answers, centering.CreateHead(fit, Layer, Names).Predict(data.Features));
    }

    /// <summary>
    /// One labeled image of every class, classes that stand out against noise, and what all images share far larger than both: the mean of
    /// the others takes it out, and guesses of their labels tell more of each class.
    /// </summary>
    [Fact]
    public void OneLabelAClassIsWorthMoreWithOthersBesideIt()
    {
        using var scope = NewDisposeScope();
        using LabeledFeatures train = Draw(400, seed: 1), test = Draw(400, seed: 2);
        var few = new LowShot(train, test, Layer, Names);
        var draws = new LabelDraws(Enumerable.Range(0, 400), train.Labels, 10, seed: 0);
        var center = train.Features.mean([0]);
        double plain = 0, centered = 0, guessed = 0;
        for (var draw = 0; draw < 10; draw++)
        {
            var rows = draws.Take(draw, 1);
            plain += few.Test(rows) / 10;
            centered += few.TestCentered(rows, center) / 10;
            guessed += few.TestPseudoLabeled(rows, center, train.Features) / 10;
        }
        Assert.True(plain > 1.0 / Classes, $"{plain}");
        Assert.True(centered > plain, $"{plain} {centered}");
        Assert.True(guessed > centered + 0.05, $"{centered} {guessed}");
    }

    /// <summary>A classifier of the first two features: the farther a row lies out along one, the more certain its answer.</summary>
    [Fact]
    public void TheMostCertainOfEveryClassAreGuessed()
    {
        using var scope = NewDisposeScope();
        using var fit = new LogisticRegression(tensor(new float[,] { { 1, 0, 0 }, { 0, 1, 0 } }));
        var rows = tensor(new float[,] { { 1, 0 }, { 3, 0 }, { 0, 2 }, { 2, 0 }, { 0, 9 }, { 4, 1 } });
        var (chosen, guesses) = PseudoLabels.Guess(fit, rows, most: 2);
        Assert.Equal([1, 5, 4, 2], chosen.data<long>().ToArray()); // 3 and 4 - 1 tell alike, and the first comes first
        Assert.Equal([0, 0, 1, 1], guesses.data<long>().ToArray());
        Assert.Equal(6, PseudoLabels.Guess(fit, rows, most: 9).Rows.shape[0]);
    }

    [Fact]
    public void WhereTheyTellNothingGuessesChangeNoAnswer()
    {
        using var scope = NewDisposeScope();
        // Rows in the two directions of the labeled ones: what would be guessed of them is what is known.
        var labeled = eye(2, Length) * 8;
        var labels = tensor(new long[] { 0, 1 });
        using var known = LogisticRegression.Fit(labeled, labels, 2, 0.5);
        using var guessed = PseudoLabels.Fit(labeled, labels, labeled.repeat(10, 1), 2, 0.5, default);
        Assert.True(allclose(known.GetBias(), guessed.GetBias(), atol: 1e-3));
        Assert.Equal(0, labeled.mm(guessed.GetWeights().t()).argmax(1).ne(labels).sum().item<long>());
        Assert.Throws<OperationCanceledException>(() => PseudoLabels.Fit(labeled, labels, labeled, 2, 0.5, new CancellationToken(true)));
    }

    /// <summary>One spare label tells next to nothing of stage and strength.</summary>
    [Fact]
    public void OneLabelOfMostClassesChoosesNothing()
    {
        using var encoder = new ConvNet(16, seed: 1);
        var options = new LinearProbeOptions { Unlabeled = new TestImages(60, 3, seed: 7), Baselines = false };
        var report = LinearProbe.Evaluate(encoder, new TestImages(4, 3, seed: 1), new TestImages(60, 3, seed: 2), options);
        Assert.Equal((FeatureLayer.ListOf(encoder)[^1].Name, 0.25, null), (report.Best.Stage, report.Best.Strength!.Value, report.Best.ValidationAccuracy));
        Assert.NotNull(LinearProbe.Evaluate(encoder, new TestImages(5, 3, seed: 1), new TestImages(60, 3, seed: 2), options).Best.ValidationAccuracy);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AClassifierIsFittedToOneLabelAClass(bool guesses)
    {
        using var encoder = new ConvNet(16, seed: 1);
        var unlabeled = new TestImages(60, 3, seed: 7);
        var options = new LinearProbeOptions { Unlabeled = unlabeled, PseudoLabels = guesses, Baselines = false };
        var report = LinearProbe.Evaluate(encoder, new TestImages(3, 3, seed: 1), new TestImages(60, 3, seed: 2), options);
        Assert.Equal(FeatureLayer.ListOf(encoder)[^1].Name, report.Best.Stage);
        Assert.Equal((1.0 / 3, null), (report.Best.Strength!.Value, report.Best.ValidationAccuracy));
        Assert.True(report.Best.TestAccuracy > 0.6, report.ToTable());
        Assert.Equal((60, guesses), (report.UnlabeledImages, report.PseudoLabels));
        Assert.Contains("the mean of 60 unlabeled images", report.ToTable());
        Assert.Contains("1 / number of labels", report.ToTable());
        Assert.All(unlabeled.Reads, count => Assert.Equal(guesses ? 2 : 1, count));

        // With a stage asked for it is that one; with two labels a class there is something to choose on.
        Assert.Equal("stage1", Stage(3, new() { Unlabeled = unlabeled, Stage = "stage1" }));
        Assert.Contains("at least two", Assert.Throws<ArgumentException>(() => Stage(3, new())).Message);

        string Stage(int labels, LinearProbeOptions settings)
        {
            using var classifier = LinearProbe.Fit(encoder, new TestImages(labels, 3, seed: 1), settings);
            return classifier.Layer.Name;
        }
    }

    [Fact]
    public void LabelsOfUnlabeledImagesAreNotLookedAt()
    {
        using var encoder = new ConvNet(16);
        using var scope = NewDisposeScope();
        using var random = new RandomSource(4);
        var images = random.Integers(256, 4, 3, 16, 16).to(ScalarType.Byte);
        Assert.Equal(Probabilities(new TestImages(40, 2, seed: 3)), Probabilities(new TestImages(40, 2, seed: 3) { Labels = new int[40] }));

        byte[] Probabilities(TestImages unlabeled)
        {
            using var classifier = LinearProbe.Fit(encoder, new TestImages(12, 3, seed: 1), Guessing(unlabeled));
            return classifier.ComputeProbabilities(images).bytes.ToArray();
        }
    }

    [Fact]
    public void NoTensorsAreLeft()
    {
        using var encoder = new ConvNet(16);
        TestImages train = new(12, 3, seed: 1), test = new(12, 3, seed: 2), unlabeled = new(40, 3, seed: 3);
        LinearProbe.Evaluate(encoder, train, test, Guessing(unlabeled));
        var tensors = LiveTensors.Count();
        LinearProbe.Evaluate(encoder, train, test, Guessing(unlabeled));
        Assert.Equal(tensors, Tensor.TotalCount);
    }

    private static LinearProbeOptions Guessing(TestImages unlabeled) =>
        new() { Unlabeled = unlabeled, PseudoLabels = true, Strengths = [0.1], Stage = "stage2", Baselines = false };

    [Fact]
    public void WrongSettingsAreNamed()
    {
        using var encoder = new ConvNet(16);
        Assert.Contains("Unlabeled has no images", Refused(new() { Unlabeled = new TestImages(0, 2) }));
        Assert.Contains("needs Unlabeled images", Refused(new() { PseudoLabels = true }));
        Assert.Contains("use Lbfgs", Refused(new() { Unlabeled = new TestImages(9, 2), PseudoLabels = true, Solver = ProbeSolver.Sgd }));

        string Refused(LinearProbeOptions options) =>
            Assert.Throws<ArgumentException>(() => LinearProbe.Fit(encoder, new TestImages(20, 2), options)).Message;
    }

    // Features of four classes: an offset that all share, a direction for each class, and noise.
    private static LabeledFeatures Draw(int count, ulong seed)
    {
        using RandomSource random = new(seed), shared = new(99);
        using var scope = NewDisposeScope();
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % Classes)];
        var directions = shared.Normal(Classes, Length);
        var offset = shared.Normal(Length).mul(20);
        var rows = directions.index_select(0, tensor(labels.Select(label => (long)label).ToArray())) + random.Normal(count, Length) * 2.5 + offset;
        return new(rows.DetachFromDisposeScope(), labels, new([.. Enumerable.Range(0, count)], new UInt128[count], []));
    }
}
