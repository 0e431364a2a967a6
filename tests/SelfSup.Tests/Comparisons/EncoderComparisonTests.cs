using System.Text.Json;
using SelfSup.Comparisons;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Comparisons;

public class EncoderComparisonTests
{
    private const string AsIs = "as it is";
    private static readonly ProceduralImages Images = new(96, seed: 1);
    private static readonly ProceduralImages Labeled = new(200, seed: 2);

    [Fact]
    public void Candidates_are_trained_and_judged_on_labels_that_they_did_not_see()
    {
        var reports = new List<ComparisonProgress>();
        using var comparison = EncoderComparison.Run(
            [Learning("rotation"), new(AsIs, Create)], Images, Labeled, Options(), new Collector(reports));
        Assert.Equal([AsIs, "rotation"], comparison.Rows.Select(row => row.Name).Order());
        Assert.All(comparison.Rows, row =>
        {
            Assert.InRange(row.Linear!.Value, 0.2, 1); // chance is 0.1, with a deviation of 0.021 over 200 images
            Assert.InRange(row.Neighbors!.Value, 0.17, 1);
            Assert.InRange(row.LinearDeviation!.Value, 0.001, 0.2);
            Assert.InRange(row.Spread!.RankMe, 2, 256);
            Assert.False(row.Encoder!.training);
        });
        Assert.Equal([1, 0], comparison.Rows.OrderByDescending(row => row.Name).Select(row => row.Epochs));
        Assert.True(comparison.Rows[0].Linear >= comparison.Rows[1].Linear);
        Assert.Contains($"Use {comparison.Recommended.Name}. ", comparison.ToTable());
        using var json = JsonDocument.Parse(comparison.ToJson());
        Assert.Equal(2, json.RootElement.GetProperty("rows").GetArrayLength());
        Assert.Equal(AsIs, reports[0].Candidate); // weights as they are come first
        Assert.Contains(reports, report => report is { Candidate: "rotation", Number: 2, Training: not null });
    }

    [Fact]
    public void Weights_that_know_the_images_are_recommended_over_ones_that_were_spoilt()
    {
        using var good = Create();
        Pretraining.Run(good, [new WeightedTask(new RotationTask())], Images, new() { Epochs = 8, BatchSize = 16 });
        var spoiling = new Candidate("spoilt", () => good.Copy(), new RotationTask())
        {
            Recipe = TrainingRecipe.Default with { LearningRate = 20, ClipGradientNorm = 10 },
            BatchSize = 16,
            MostEpochs = 1,
        };
        using var comparison = EncoderComparison.Run([spoiling, new(AsIs, () => good.Copy())], Images, Labeled, Options());
        Assert.Equal(AsIs, comparison.Recommended.Name);
    }

    [Fact]
    public void A_share_of_the_starting_weights_is_kept()
    {
        using var alone = EncoderComparison.Run([Learning("rotation")], Images, options: Options());
        using var shared = EncoderComparison.Run([Learning("rotation") with { StartingShare = 0.25 }], Images, options: Options());
        using var start = Create();
        using var scope = NewDisposeScope();
        var (before, learned) = (start.state_dict(), alone.Recommended.Encoder!.state_dict());
        Assert.All(shared.Recommended.Encoder!.state_dict().Where(pair => pair.Value.is_floating_point()), pair =>
            Assert.True(pair.Value.allclose(learned[pair.Key].mul(0.75).add(before[pair.Key].mul(0.25)), 1e-4, 1e-6), pair.Key));
    }

    [Fact]
    public void What_it_started_from_stays_beside_what_learned()
    {
        using var alone = EncoderComparison.Run([Learning("rotation") with { StartingShare = 0.5 }], Images, options: Options());
        using var beside = EncoderComparison.Run([Learning("rotation") with { StartingShare = 0.5, KeepsStart = true, LearnedWeight = 2 }], Images, options: Options());
        using var start = Create();
        start.eval();
        using var scope = NewDisposeScope();
        var pair = Assert.IsType<EncoderPair>(beside.Recommended.Encoder);
        var inputs = pair.Normalize(TestImages.Colorful(3, 32));
        var expected = cat([start.forward(inputs), alone.Recommended.Encoder!.forward(inputs) * 2], 1);
        Assert.True(pair.forward(inputs).allclose(expected, 1e-4, 1e-5));

        using var again = EncoderComparison.Run([new("again", () => pair.Copy(), new RotationTask()) { BatchSize = 16, MostEpochs = 1, KeepsStart = true }], Images, options: Options());
        Assert.Equal("convnet+convnet", again.Recommended.Encoder!.Architecture);
    }

    [Fact]
    public void What_was_learned_when_the_time_is_up_is_kept()
    {
        // The first steps, by which an epoch is timed, read 48 images three times; then 16 images a step take a second.
        var slow = new SlowingImages(Images, quickReads: 144, TimeSpan.FromMilliseconds(60));
        using var comparison = EncoderComparison.Run(
            [new("rotation", Create, new RotationTask()) { BatchSize = 16 }], slow, options: Options() with { Time = TimeSpan.FromSeconds(3) });
        var row = comparison.Recommended;
        Assert.Contains("Its time was up after", row.Note);
        using var start = Create();
        using var scope = NewDisposeScope();
        Assert.False(row.Encoder!.parameters().First().allclose(start.parameters().First()));
    }

    [Fact]
    public void Without_time_nothing_is_trained_and_the_table_says_so()
    {
        using var comparison = EncoderComparison.Run(
            [Learning("rotation"), new(AsIs, Create)], Images, Labeled, Options() with { Time = TimeSpan.FromMilliseconds(1) });
        Assert.Null(comparison.Rows.Single(row => row.Name == "rotation").Encoder);
        Assert.Contains("rotation: Its share of the time was over", comparison.ToTable());
        Assert.Equal(AsIs, comparison.Recommended.Name);
        var none = Assert.Throws<InvalidOperationException>(() => EncoderComparison.Run(
            [Learning("rotation")], Images, Labeled, Options() with { Time = TimeSpan.FromMilliseconds(1) }));
        Assert.Contains("rotation: Its share of the time was over", none.Message);
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        Assert.Contains("no candidate", Refusal([]));
        Assert.Contains("Candidate.StartingShare is 1", Refusal([Learning("rotation") with { StartingShare = 1 }]));
        Assert.Contains("Candidate.MostEpochs is 0", Refusal([Learning("rotation") with { MostEpochs = 0 }]));
        Assert.Contains("Two candidates are called 'rotation'", Refusal([Learning("rotation"), Learning("rotation")]));
        var few = new LabeledSubset(Labeled, Enumerable.Range(0, Labeled.ClassNames.Count));
        Assert.Contains("fewer than two labeled images", Assert.Throws<ArgumentException>(
            () => EncoderComparison.Run([new(AsIs, Create)], Images, few, Options())).Message);
        Assert.Contains("ComparisonOptions.Repetitions is 0", Assert.Throws<ArgumentException>(
            () => EncoderComparison.Run([new(AsIs, Create)], Images, Labeled, Options() with { Repetitions = 0 })).Message);
    }

    [Fact]
    public void A_task_that_does_not_fit_is_refused_before_any_candidate_trains()
    {
        var reports = new List<ComparisonProgress>();
        Candidate[] candidates = [Learning("rotation"), Learning("frame-order")];
        Assert.Contains("frame-order", Assert.Throws<ArgumentException>(
            () => EncoderComparison.Run(candidates, Images, Labeled, Options(), new Collector(reports))).Message);
        Assert.Empty(reports);
    }

    [Fact]
    public void Time_without_end_is_no_error_and_what_precedes_the_first_step_is_planned_for()
    {
        using var comparison = EncoderComparison.Run([Learning("rotation")], Images, options: Options() with { Time = TimeSpan.MaxValue });
        Assert.Equal(1, comparison.Rows[0].Epochs);
        using var large = new ConvNet(32, seed: 4);
        using var teacher = new EncoderTeacher(large);
        var asking = Candidate.Distilled("taught", Create, new SlowTeacher(teacher, TimeSpan.FromMilliseconds(40)));
        // The teacher takes four seconds of its own, and as long for the estimate.
        Assert.Throws<InvalidOperationException>(
            () => EncoderComparison.Run([asking with { BatchSize = 16 }], Images, options: Options() with { Time = TimeSpan.FromSeconds(7) }));
    }

    [Fact]
    public async Task A_comparison_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var stopping = new Collector([], _ => cancellation.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => EncoderComparison.RunAsync([Learning("rotation")], Images, Labeled, Options(), stopping, cancellation.Token));
    }

    private static string Refusal(Candidate[] candidates) =>
        Assert.Throws<ArgumentException>(() => EncoderComparison.Run(candidates, Images, Labeled, Options())).Message;

    private static Encoder Create() => new ConvNet(32, seed: 3);

    private static Candidate Learning(string task) => new(task, Create, TaskCatalog.Create(task)) { BatchSize = 16, MostEpochs = 1 };

    private static ComparisonOptions Options() => new() { Repetitions = 1, Device = CPU, Precision = Precision.Float32, Workers = 1 };

    private sealed class Collector(List<ComparisonProgress> reports, Action<ComparisonProgress>? then = null) : IProgress<ComparisonProgress>
    {
        public void Report(ComparisonProgress value)
        {
            reports.Add(value);
            then?.Invoke(value);
        }
    }

    private sealed class SlowTeacher(ITeacher teacher, TimeSpan pause) : ITeacher
    {
        public IReadOnlyDictionary<string, string> Settings => teacher.Settings;

        public int ImageSize => teacher.ImageSize;

        public int FeatureCount => teacher.FeatureCount;

        public int MapChannels => teacher.MapChannels;

        public (Tensor Features, Tensor? Map) Compute(Tensor images)
        {
            Thread.Sleep(pause * images.shape[0]);
            return teacher.Compute(images);
        }
    }

    private sealed class SlowingImages(IImageSource images, int quickReads, TimeSpan pause) : IImageSource
    {
        private int reads;

        public int Count => images.Count;

        public string NameOf(int index) => images.NameOf(index);

        public void Read(int index, int size, Span<byte> pixels)
        {
            if (Interlocked.Increment(ref reads) > quickReads)
                Thread.Sleep(pause);
            images.Read(index, size, pixels);
        }
    }
}
