using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Tests.Training;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

/// <summary>VideoGAN, by what its two streams must do, and what it shares with the GANs on images.</summary>
public class VideoGanTaskTests
{
    private static readonly GanOptions Small = new() { NoiseSize = 8, GeneratorWidth = 32 };

    [Theory]
    [InlineData(16, 2)]
    [InlineData(16, 13)]
    [InlineData(32, 16)]
    [InlineData(50, 1)]
    [InlineData(64, 33)]
    public void ClipsHaveTheLengthAskedForAndTheEncodersSize(int side, int frames)
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(new VideoGanTask(Small), new VideoConvNet(side));
        var clips = run.Model.Sample(run.DrawNoise(2), frames);
        Assert.Equal([2, frames, 3, side, side], clips.shape);
        Assert.Equal(ScalarType.Float32, clips.dtype);
        AssertWithin(0, 1, clips);
        Assert.False(clips[0].Equals(clips[1]));
        for (var t = 1; t < frames; t++)
            Assert.False(clips[0, t].Equals(clips[0, t - 1]), $"frame {t}");
    }

    [Fact]
    public void TheOwnLengthIsThePublishedOneAtThePublishedSize()
    {
        using var scope = NewDisposeScope();
        foreach (var (side, frames) in new[] { (32, 16), (64, 32) })
        {
            using var run = GanRun.Of(new VideoGanTask(Small), new VideoConvNet(side));
            var noise = run.DrawNoise(1);
            var clips = run.Model.Sample(noise);
            Assert.Equal(frames, clips.shape[1]);
            Assert.True(clips.Equals(run.Model.Sample(noise, frames)));
        }
    }

    [Fact]
    public void TheMaskIsAShareAndClipsKeepTheirRange()
    {
        using var scope = NewDisposeScope();
        using var generator = new VideoGenerator(8, 16, 32);
        using (no_grad())
        {
            foreach (var parameter in generator.parameters())
                parameter.mul_(50); // saturated: as far out as it goes
        }
        var (clips, mask) = generator.Generate(Noise(4), 8);
        Assert.Equal([4, 8, 1, 16, 16], mask.shape);
        AssertWithin(0, 1, mask);
        AssertWithin(-1, 1, clips);
        Assert.True(mask.min().item<float>() < 0.01 && mask.max().item<float>() > 0.99);
    }

    [Fact]
    public void WithoutForegroundAllFramesAreTheBackground()
    {
        using var scope = NewDisposeScope();
        using var generator = WithMaskOf(float.NegativeInfinity);
        var (clips, mask) = generator.Generate(Noise(4), 8);
        Assert.Equal(0, mask.abs().max().item<float>());
        for (var t = 1; t < 8; t++)
            Assert.True(clips[TensorIndex.Colon, t].Equals(clips[TensorIndex.Colon, 0]));
        Assert.False(clips[0].Equals(clips[1]));
        clips.square().sum().backward();
        Assert.Equal(0, LargestGradient(generator, "color"));
        Assert.NotEqual(0, LargestGradient(generator, "background"));
    }

    [Fact]
    public void WithoutBackgroundItHasNoGradient()
    {
        using var scope = NewDisposeScope();
        using var generator = WithMaskOf(float.PositiveInfinity);
        var (clips, mask) = generator.Generate(Noise(4), 8);
        Assert.Equal(1, mask.min().item<float>());
        clips.square().sum().backward();
        Assert.Equal(0, LargestGradient(generator, "background"));
        Assert.NotEqual(0, LargestGradient(generator, "color"));
        Assert.NotEqual(0, LargestGradient(generator, "sketch"));
    }

    [Fact]
    public void TheGeneratorPaysForATenthOfItsForeground()
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(new VideoGanTask(Small));
        using (no_grad())
        {
            // A discriminator that knows nothing: the loss is ln 2 and what the foreground costs.
            foreach (var (_, parameter) in run.Model.named_parameters().Where(p => p.name.StartsWith("discriminator.")))
                parameter.zero_();
        }
        using var batch = run.Generate();
        using var loss = run.Model.Objectives[1].ComputeLoss(batch);
        var share = Assert.Single(loss.Metrics, metric => metric.Name == VideoGanModel.ForegroundShare).Value.item<float>();
        Assert.InRange(share, 0.3, 0.7); // of fresh weights
        Assert.Equal(Math.Log(2) + 0.1 * share, loss.Value.item<float>(), 1e-5);
        loss.Value.backward();
        var bias = run.Model.named_parameters().Single(p => p.name == "generator.network.mask.bias").parameter;
        Assert.InRange(bias.grad!.item<float>(), 0.01, 0.025); // 0.1 m (1 - m)
    }

    [Theory]
    [InlineData("convnet3d")]
    [InlineData("r3d_18")]
    public void SixteenFramesOf32PixelsTrainEveryEncoderOfClips(string architecture)
    {
        using var scope = NewDisposeScope();
        var task = new VideoGanTask(Small);
        using var encoder = EncoderCatalog.Create(architecture, 32);
        encoder.train();
        using var step = new TrainingStep(encoder, [new WeightedTask(task)], 2, new PretrainingOptions { Recipe = task.Recipe with { LearningRate = 1e-3 } }, CPU);
        var clips = TestImages.Moving(2, 16, 32);
        var before = encoder.parameters().Select(parameter => parameter.clone()).ToArray();
        using var input = PretextInput.Of(clips);
        using var metrics = step.Run([input], 0, 10, 0);
        Assert.True(metrics.Values.isfinite().all().item<bool>());
        Assert.All(encoder.parameters().Zip(before), pair => Assert.False(pair.First.Equals(pair.Second)));
    }

    [Fact]
    public void BatchesAreTheClipsAndNormalNoise()
    {
        using var scope = NewDisposeScope();
        var clips = TestImages.Moving(64, 3, 16);
        var batch = new VideoGanTask().Generate(clips, new RandomSource(1));
        Assert.True(batch.Inputs.Equals(clips));
        Assert.Equal([64, 100], batch.Targets.shape);
        Assert.Equal(0, batch.Targets.mean().item<float>(), 0.05);
        Assert.Equal(1, batch.Targets.std().item<float>(), 0.05);
    }

    [Fact]
    public void ImagesAndSingleFramesAreRefused()
    {
        using var scope = NewDisposeScope();
        var task = new VideoGanTask();
        var random = new RandomSource(1);
        Assert.Contains("'videogan' needs clips", Assert.Throws<ArgumentException>(() => task.Generate(TestImages.Colorful(2, 16), random)).Message);
        Assert.Contains("(2, 1, 3, 16, 16)", Assert.Throws<ArgumentException>(() => task.Generate(TestImages.Moving(2, 1, 16), random)).Message);
        using var run = GanRun.Of(new VideoGanTask(Small));
        var model = run.Model;
        Assert.Contains("(N, 8)", Assert.Throws<ArgumentException>(() => model.Sample(zeros(2, 9), 4)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Sample(zeros(2, 8), 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public void TheSameNoiseGivesTheSameClipInAnyBatchAndMode(double average)
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(new VideoGanTask(new() { NoiseSize = 8, GeneratorWidth = 32, GeneratorAverage = average }));
        var model = run.Model;
        var noise = run.DrawNoise(5);
        var before = State(model);
        model.train();
        var first = model.Sample(noise, 6);
        model.eval();
        Assert.True(first.Equals(model.Sample(noise, 6)));
        Assert.True(model.Sample(noise[2..3], 6).sub(first[2..3]).abs().max().item<float>() < 1e-5);
        Assert.All(State(model), pair => Assert.True(pair.Value.Equals(before[pair.Key]), pair.Key));

        // Of another generator the average takes no notice until the step is over.
        using (no_grad())
        {
            foreach (var parameter in model.Objectives[1].Modules[0].parameters())
                parameter.mul_(3);
        }
        Assert.Equal(average > 0, model.Sample(noise, 6).Equals(first));
        run.CompleteStep();
        Assert.False(model.Sample(noise, 6).Equals(first));
    }

    [Fact]
    public void ObjectivesTrainTheirOwnModulesAndTheEncoderKeepsStatisticsOfRealClipsAlone()
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(new VideoGanTask(Small));
        using var other = new VideoConvNet(16);
        using var batch = run.Generate();
        other.train();
        Objective critic = run.Model.Objectives[0], maker = run.Model.Objectives[1];
        using (var loss = critic.ComputeLoss(batch))
            loss.Value.backward();
        Assert.All(maker.Modules.SelectMany(module => module.parameters()), parameter => Assert.Null(parameter.grad));
        Assert.All(critic.Modules.SelectMany(module => module.parameters()), parameter => Assert.NotNull(parameter.grad));
        maker.ComputeLoss(batch).Dispose();
        other.forward(other.Normalize(batch.Inputs)).Dispose();
        var expected = State(other);
        Assert.All(
            State(run.Encoder).Where(pair => pair.Key.Contains("running_")),
            pair => Assert.True(pair.Value.Equals(expected[pair.Key]), pair.Key));
    }

    [Fact]
    public void PreviewsShowTheFramesOfRealClipsAndOfSamples()
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(new VideoGanTask(Small));
        run.Model.eval();
        using PretextBatch batch = run.Generate(), other = run.Generate(noise: 2, first: 4);
        Assert.Equal(4, run.Task.Preview(batch).Rows.Count);
        var rows = run.Task.Preview(batch, run.Model).Rows;
        Assert.Equal([.. Enumerable.Repeat("real", 4), .. Enumerable.Repeat("sample", 8)], rows.Select(row => Assert.Single(row).Caption));
        Assert.All(rows, row => Assert.Equal((2 * 16, 16), (row[0].Width, row[0].Height)));
        Assert.True(run.Task.Preview(other, run.Model).Rows[4][0].Pixels.Span.SequenceEqual(rows[4][0].Pixels.Span));
    }

    [Fact]
    public void AResumedRunEndsAsOneThatWasNotStoppedAndItsGeneratorComesBack()
    {
        using var scope = NewDisposeScope();
        using TemporaryFolder whole = new(), broken = new();
        var task = new VideoGanTask(Small);
        Run(whole, task, seed: 0);
        // Two steps and a preview are an epoch's calls, so the run dies in the second step of the second epoch.
        Assert.Throws<TimeZoneNotFoundException>(() => Run(broken, new InterruptedTask(task, call =>
        {
            if (call == 5)
                throw new TimeZoneNotFoundException();
        }), seed: 0));
        Run(broken, task, seed: 7, resume: true);
        foreach (var file in new[] { "metrics.jsonl", "encoder.safetensors" })
            Assert.Equal(File.ReadAllBytes(whole[file]), File.ReadAllBytes(broken[file]));

        using Encoder first = new VideoConvNet(16), second = new VideoConvNet(16, seed: 5);
        using VideoGanModel expected = TrainedModel.Load(whole.Path, task, first), resumed = TrainedModel.Load(broken.Path, task, second);
        var noise = task.DrawNoise(2, new RandomSource(1));
        Assert.True(expected.Sample(noise, 6).Equals(resumed.Sample(noise, 6)));

        static void Run(TemporaryFolder folder, IPretextTask task, int seed, bool resume = false)
        {
            using var encoder = new VideoConvNet(16, seed);
            Pretraining.Run(encoder, [new WeightedTask(task)], new ProceduralClips(8, frames: 6), new()
            {
                Epochs = 2,
                BatchSize = 4,
                RunFolder = folder.Path,
                Resume = resume,
                CheckpointEverySteps = 1,
            });
        }
    }

    [Fact]
    public void ItMakesWhatMovesOnWhatStandsStill()
    {
        const int Steps = 120, Frames = 4;
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        // The left half stands still, red or blue; the right half goes from black to white.
        var clips = random.Uniform(64, Frames, 3, 16, 16).mul_(40);
        var red = random.Uniform(64, 1, 1, 1).lt(0.5).to(ScalarType.Float32);
        clips[TensorIndex.Colon, TensorIndex.Colon, 0, TensorIndex.Colon, ..8].add_(red.mul(200));
        clips[TensorIndex.Colon, TensorIndex.Colon, 2, TensorIndex.Colon, ..8].add_(red.neg().add(1).mul(200));
        clips[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Colon, 8..].add_(linspace(0, 210, Frames).view(1, Frames, 1, 1, 1));
        var images = clips.to(ScalarType.Byte);
        var task = new VideoGanTask(new() { NoiseSize = 8, GeneratorWidth = 32, GeneratorAverage = 0.95 });
        using var encoder = new VideoConvNet(16);
        encoder.train();
        using var step = new TrainingStep(encoder, [new WeightedTask(task)], 64, GanRun.Options(task, 2e-3), CPU);
        for (var i = 0; i < Steps; i++)
        {
            using var batch = images.narrow(0, i % 4 * 16, 16);
            using var input = PretextInput.Of(batch);
            step.Run([input], i, Steps, 0).Dispose();
        }
        var samples = Assert.IsType<VideoGanModel>(step.Learners[0].Model).Sample(task.DrawNoise(32, random), Frames);
        double brighter = Change(samples, 8), still = Change(samples, 0);
        Assert.True(brighter > 0.4, $"the right half by {brighter}, the left half by {still}");
        Assert.True(Math.Abs(still) < brighter / 4, $"the right half by {brighter}, the left half by {still}");

        // By how much a half is brighter at the end than at the beginning; of the real clips 0.82 and 0.
        static double Change(Tensor clips, int column)
        {
            var half = clips.narrow(4, column, 8).mean([0, 2, 3, 4]);
            return half[Frames - 1].item<float>() - half[0].item<float>();
        }
    }

    private static VideoGenerator WithMaskOf(float logit)
    {
        var generator = new VideoGenerator(8, 16, 32);
        using var noGrad = no_grad();
        foreach (var (_, parameter) in generator.named_parameters().Where(p => p.name == "mask.bias"))
            parameter.fill_(logit);
        return generator;
    }

    private static Tensor Noise(int count) => new RandomSource(1).Normal(count, 8);

    private static double LargestGradient(nn.Module module, string name) => module.named_parameters()
        .Where(p => p.name.StartsWith(name)).Max(p => (double)p.parameter.grad!.abs().max().item<float>());

    private static void AssertWithin(double least, double most, Tensor values) =>
        Assert.True(values.ge(least).logical_and(values.le(most)).all().item<bool>());

    private static Dictionary<string, Tensor> State(nn.Module module) =>
        module.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
}
