using SelfSup.Data;
using SelfSup.Distributed;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Tests.Training;
using SelfSup.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Distributed;

/// <summary>Ranks share a run's batches, decide alike, and the first writes for all.</summary>
public class RanksOfARunTests
{
    private const int BatchSize = 8, StepsPerEpoch = 3;
    private static readonly ProceduralImages Images = new(StepsPerEpoch * BatchSize + 5, seed: 4);

    [Fact]
    public void EveryImageOfABatchIsSeenByOneRankWithTheViewThatOneProcessMakes()
    {
        var alone = See(ThreadGroup.Create(1));
        var together = See(ThreadGroup.Create(4));
        Assert.Equal(BatchSize * StepsPerEpoch * 2, alone.Count);
        Assert.All(alone.Order().Zip(together.Order()), pair =>
        {
            Assert.Equal(pair.First.Index, pair.Second.Index);
            Assert.Equal(pair.First.Mean, pair.Second.Mean, 0.01); // a level that was rounded the other way
        });
    }

    [Fact]
    public void TheFirstRankWritesTheFilesAndTellsOfProgress()
    {
        using var folder = new TemporaryFolder();
        var told = new List<int>();
        var files = new string?[2];
        ThreadGroup.RunAll(ThreadGroup.Create(2), rank =>
        {
            using var encoder = new ConvNet(32);
            files[rank.Rank] = Run(encoder, rank, new RotationTask(), folder: folder.Path, progress: new Teller(() => told.Add(rank.Rank))).EncoderFile;
        });
        Assert.Equal((folder["encoder.safetensors"], null), (files[0], files[1]));
        Assert.All(told, rank => Assert.Equal(0, rank));
        Assert.NotEmpty(told);
        Assert.Equal(2 * StepsPerEpoch, File.ReadLines(folder["metrics.jsonl"]).Count());
        Assert.Contains("\"ranks\": 2", File.ReadAllText(folder["configuration.json"]));
    }

    [Fact]
    public void AskingOneRankToStopStopsAllAfterTheSameStep()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var steps = new int[2];
        var errors = ThreadGroup.Run(ThreadGroup.Create(2), rank =>
        {
            using var encoder = new ConvNet(32);
            var task = new InterruptedTask(new RotationTask(), _ =>
            {
                if (++steps[rank.Rank] == 2 && rank.Rank == 1)
                    stop.Cancel();
            });
            Run(encoder, rank, task, folder.Path, cancellation: rank.Rank == 1 ? stop.Token : default);
        });
        Assert.All(errors, error => Assert.IsType<OperationCanceledException>(error, exactMatch: false));
        Assert.Equal(steps[0], steps[1]);
        Assert.InRange(steps[0], 2, 4);
        Assert.Contains(Directory.EnumerateFiles(folder["checkpoints"]), path => path.EndsWith($"step-{steps[0]:D9}.safetensors", StringComparison.Ordinal));
    }

    [Fact]
    public void AnErrorOfOneRankEndsAllAndIsKeptInTheFolder()
    {
        using var folder = new TemporaryFolder();
        var errors = ThreadGroup.Run(ThreadGroup.Create(2), rank =>
        {
            using var encoder = new ConvNet(32);
            var task = new InterruptedTask(new RotationTask(), call =>
            {
                if (call == 2 && rank.Rank == 1)
                    throw new TimeZoneNotFoundException("of rank 1");
            });
            Run(encoder, rank, task, folder.Path);
        });
        Assert.IsType<TimeZoneNotFoundException>(errors[1]);
        Assert.NotNull(errors[0]);
        Assert.Contains("of rank 1", File.ReadAllText(folder["errors/rank-1.txt"]));
    }

    [Fact]
    public void RanksWithDifferentSettingsAreRefused()
    {
        var errors = ThreadGroup.Run(ThreadGroup.Create(2), rank =>
        {
            using var encoder = new ConvNet(32);
            Run(encoder, rank, new RotationTask(), seed: rank.Rank);
        });
        Assert.Contains(errors, error => error is InvalidOperationException { Message: var text } && text.Contains("rank 1 has seed = 1, and rank 0 has seed = 0"));
    }

    [Fact]
    public void ABatchOfWhichARankCanReadNothingIsLeftOutByAllAndTheImagesAreNamed()
    {
        var unreadable = Enumerable.Range(0, Images.Count).Where(index => index % 3 == 0).ToHashSet();
        var results = new PretrainingResult[2];
        ThreadGroup.RunAll(ThreadGroup.Create(2), rank =>
        {
            using var encoder = new ConvNet(32);
            results[rank.Rank] = Run(encoder, rank, new RotationTask(), images: new Damaged(unreadable), maxFailureRatio: 1);
        });
        Assert.All(results, result => Assert.Equal(2 * StepsPerEpoch, result.Steps));
        // Those that the epochs left out at their ends were never tried.
        Assert.All(results[0].Failures, failure => Assert.Contains(int.Parse(failure.Name.AsSpan(6)), unreadable));
        Assert.Equal(results[0].Failures, results[1].Failures);
        Assert.NotEmpty(results[0].Failures);
    }

    [Fact]
    public void BatchesThatRanksCannotShareAreRefused()
    {
        using var encoder = new ConvNet(32);
        var rank = ThreadGroup.Create(3)[0];
        var odd = Assert.ThrowsAny<ArgumentException>(() => Run(encoder, rank, new RotationTask()));
        Assert.Contains("multiple of the 3 ranks", odd.Message);
    }

    private static List<(long Index, double Mean)> See(ThreadGroup[] ranks)
    {
        var seen = new List<(long, double)>();
        ThreadGroup.RunAll(ranks, rank =>
        {
            using var encoder = new ConvNet(32);
            Run(encoder, rank, new HookedTask
            {
                AskedViews = [new(new() { MinimumArea = 0.3, Brightness = 0.4, Blur = 0.5, MaximumBlurDeviation = 9, Solarize = 0.2 })],
                Generating = (input, random) =>
                {
                    using (NewDisposeScope())
                    {
                        var means = input.Images.to(float64).mean([1, 2, 3]).add(random.Uniform(input.Images.shape[0]).to(float64));
                        lock (seen)
                            seen.AddRange(input.Indices.data<long>().Zip(means.data<double>()));
                    }
                    return PretextBatch.OfViews(input);
                },
            });
        });
        return seen;
    }

    private static PretrainingResult Run(
        Encoder encoder, IProcessGroup group, IPretextTask task, string? folder = null, int seed = 0, IImageSource? images = null,
        double maxFailureRatio = 0.1, IProgress<PretrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        Pretraining.Run(encoder, [new WeightedTask(task)], images ?? Images, new()
        {
            Epochs = 2,
            BatchSize = BatchSize,
            Workers = 1,
            Seed = seed,
            RunFolder = folder,
            MaxFailureRatio = maxFailureRatio,
            Group = group,
        }, progress, cancellation);

    private sealed class Teller(Action tell) : IProgress<PretrainingProgress>
    {
        public void Report(PretrainingProgress value) => tell();
    }

    private sealed class Damaged(HashSet<int> unreadable) : IImageSource
    {
        public int Count => Images.Count;

        public string NameOf(int index) => $"image-{index}";

        public void Read(int index, int size, Span<byte> pixels)
        {
            if (unreadable.Contains(index))
                throw new ImageReadException("It is damaged.");
            Images.Read(index, size, pixels);
        }
    }
}
