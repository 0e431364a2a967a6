using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

/// <summary>What both GAN tasks do.</summary>
public class GanTaskTests
{
    public static TheoryData<string> Tasks => ["dcgan", "bigan"];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void BatchesAreTheImagesAndUniformNoise(string name)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var images = TestImages.Colorful(64, 16);
        var batch = TaskCatalog.Create(name).Generate(images, random);
        Assert.True(batch.Inputs.Equals(images));
        Assert.Equal([64, 100], batch.Targets.shape);
        Assert.InRange(batch.Targets.min().item<float>(), -1, -0.99);
        Assert.InRange(batch.Targets.max().item<float>(), 0.99, 1);
        Assert.Equal(0, batch.Targets.mean().item<float>(), 0.03);
    }

    [Fact]
    public void EveryEncoderHasALossAtEverySize()
    {
        foreach (var architecture in EncoderCatalog.Names)
        {
            foreach (var side in new[] { 32, 96 })
            {
                string[] names = architecture switch
                {
                    "convnet3d" or "r3d_18" => ["videogan"],
                    "resnet18" or "resnet34" or "resnet50" => ["dcgan"],
                    _ => ["dcgan", "bigan"],
                };
                foreach (var name in names)
                {
                    using var scope = NewDisposeScope();
                    using var run = GanRun.Of(name, new() { GeneratorWidth = 32, GeneratorAverage = 0 }, EncoderCatalog.Create(architecture, side));
                    using var batch = run.Generate(count: 2);
                    foreach (var objective in run.Model.Objectives)
                    {
                        using var loss = objective.ComputeLoss(batch);
                        Assert.True(float.IsFinite(loss.Value.item<float>()), $"{name} {architecture} {side}");
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(50)]
    [InlineData(64)]
    [InlineData(96)]
    public void SamplesHaveTheEncodersSizeAndRange(int side)
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(new DcganTask(), new ConvNet(side));
        var samples = run.Model.Sample(run.DrawNoise(3));
        Assert.Equal([3, 3, side, side], samples.shape);
        Assert.True(samples.ge(0).logical_and(samples.le(1)).all().item<bool>());
        Assert.False(samples[0].Equals(samples[1]));
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void TheSameNoiseGivesTheSameImageInAnyBatchAndMode(string name)
    {
        using var scope = NewDisposeScope();
        foreach (var average in new[] { 0, 0.9 })
        {
            using var run = GanRun.Of(name, new() { GeneratorAverage = average });
            var noise = run.DrawNoise(5);
            var before = State(run.Model);
            run.Model.train();
            var first = run.Model.Sample(noise);
            run.Model.eval();
            var second = run.Model.Sample(noise);
            Assert.True(first.Equals(second));
            Assert.True(run.Model.Sample(noise[2..3]).sub(first[2..3]).abs().max().item<float>() < 1e-5);
            Assert.All(State(run.Model), pair => Assert.True(pair.Value.Equals(before[pair.Key]), pair.Key));
        }
    }

    [Fact]
    public void NoiseOfAnotherLengthIsRefused()
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(new DcganTask(new() { NoiseSize = 7 }));
        Assert.Contains("(N, 7)", Assert.Throws<ArgumentException>(() => run.Model.Sample(zeros(2, 8))).Message);
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void ObjectivesTrainTheirOwnModules(string name)
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(name);
        using var batch = run.Generate();
        Objective critic = run.Model.Objectives[0], maker = run.Model.Objectives[1];
        Assert.Equal("discriminator", critic.Name);
        var critics = critic.Modules.SelectMany(module => module.parameters()).ToList();
        var makers = maker.Modules.SelectMany(module => module.parameters()).ToList();
        Assert.Empty(critics.Select(p => p.Handle).Intersect(makers.Select(p => p.Handle)));
        using (var loss = critic.ComputeLoss(batch))
            loss.Value.backward();
        Assert.All(makers, parameter => Assert.Null(parameter.grad));
        Assert.All(critics, parameter => Assert.NotNull(parameter.grad));
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void TheEncoderKeepsStatisticsOfRealImagesAlone(string name)
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(name);
        using var other = new ConvNet(16);
        using var batch = run.Generate();
        other.train();
        for (var step = 0; step < 3; step++)
        {
            foreach (var objective in run.Model.Objectives)
                objective.ComputeLoss(batch).Dispose();
        }
        // Often enough, the running statistics of equal batches are that batch's: those of a forward pass of the real images.
        for (var pass = 0; pass < (name == "dcgan" ? 3 : 6); pass++)
            other.forward(other.Normalize(batch.Inputs)).Dispose();
        var expected = State(other);
        Assert.All(
            State(run.Encoder).Where(pair => pair.Key.Contains("running_")),
            pair => Assert.True(pair.Value.Equals(expected[pair.Key]), pair.Key));
        Assert.All(run.Encoder.modules().OfType<TorchSharp.Modules.NormBase>(), layer => Assert.Equal(0.1, layer.momentum));
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void ACollapsedGeneratorSetsOffTheAlarm(string name)
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(name);
        using var batch = run.Generate();
        using (no_grad())
        {
            foreach (var parameter in run.Model.Objectives[1].Modules[^1].parameters())
                parameter.zero_();
        }
        var objective = run.Model.Objectives[0];
        using var loss = objective.ComputeLoss(batch);
        var alarm = Assert.Single(objective.Alarms);
        var diversity = loss.Metrics.Single(metric => metric.Name == alarm.Metric).Value.item<float>();
        Assert.True(diversity < alarm.Minimum, $"{diversity}");
    }

    [Fact]
    public void DiversityIsOneForImagesAsVariedAsTheRealOnes()
    {
        using var scope = NewDisposeScope();
        var real = TestImages.Colorful(8, 16);
        Assert.Equal(1, DiscriminatorObjective.MeasureDiversity(real.to(ScalarType.Float32).div(127.5).sub(1), real).item<float>(), 1e-5);
    }

    [Fact]
    public void TheAverageFollowsTheGenerator()
    {
        using var scope = NewDisposeScope();
        using var generator = new SampledGenerator<ImageGenerator>(
            new() { NoiseSize = 5, GeneratorAverage = 0.3 }, () => new ImageGenerator(5, 16, 32));
        ImageGenerator? average = null;
        generator.Sample(zeros(1, 5), network => (average = network).forward(zeros(1, 5)));
        var start = State(generator.Network);
        Assert.NotSame(generator.Network, average);
        Assert.All(State(average!), pair => Assert.True(pair.Value.Equals(start[pair.Key]), pair.Key));
        using (no_grad())
        {
            foreach (var parameter in generator.Network.parameters())
                parameter.add_(1);
        }
        double[] kept = [0.1, 2 / 11.0, 0.25, 0.3, 0.3]; // (1 + n) / (10 + n), at most 0.3
        var distance = 1.0;
        for (var step = 0; step < kept.Length; step++)
        {
            generator.Follow(step);
            distance *= kept[step];
            Assert.All(
                average!.named_parameters(),
                p => Assert.True(p.parameter.sub(start[p.name]).sub(1 - distance).abs().max().item<float>() < 1e-5, p.name));
        }
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void SamplesComeFromTheAverage(string name)
    {
        using var scope = NewDisposeScope();
        using GanRun averaged = GanRun.Of(name), plain = GanRun.Of(name, new() { GeneratorAverage = 0 });
        foreach (var run in new[] { averaged, plain })
        {
            var noise = run.DrawNoise(2);
            var before = run.Model.Sample(noise);
            using (no_grad())
            {
                foreach (var parameter in run.Model.Objectives[1].Modules[^1].parameters())
                    parameter.mul_(3);
            }
            Assert.Equal(run == averaged, run.Model.Sample(noise).Equals(before));
            run.CompleteStep();
            Assert.False(run.Model.Sample(noise).Equals(before));
        }
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void PreviewsShowRealImagesAndSamples(string name)
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(name);
        run.Encoder.eval();
        run.Model.eval();
        using PretextBatch batch = run.Generate(count: 8), other = run.Generate(noise: 2, count: 8);
        Assert.Equal(["real"], run.Task.Preview(batch).Rows.Select(row => row[0].Caption));
        var rows = run.Task.Preview(batch, run.Model).Rows;
        string[] expected = ["real", "sample", "sample", "sample", "sample", .. name == "bigan" ? new[] { "reconstructed" } : []];
        Assert.Equal(expected, rows.Select(row => row[0].Caption));
        Assert.All(rows, row => Assert.Equal(8, row.Count));
        // Samples are of the same noise whatever the batch, so that they can be compared from epoch to epoch.
        Assert.True(run.Task.Preview(other, run.Model).Rows[1][0].Pixels.Span.SequenceEqual(rows[1][0].Pixels.Span));
    }

    [Fact]
    public void ATrainedModelComesBackFromTheRunFolder()
    {
        GanOptions options = new() { GeneratorWidth = 32 };
        ComesBack(new DcganTask(options));
        ComesBack(new BiganTask(options));

        static void ComesBack<TModel>(GanTask<TModel> task)
            where TModel : GanModel
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            using ConvNet trained = new(16), loaded = new(16, seed: 5);
            Pretraining.Run(
                trained, [new WeightedTask(task)], new ProceduralImages(16), new() { Epochs = 1, BatchSize = 8, RunFolder = folder.Path });
            using var model = TrainedModel.Load(folder.Path, task, loaded);
            var expected = State(trained);
            Assert.All(State(loaded), pair => Assert.True(pair.Value.Equals(expected[pair.Key]), pair.Key));
            Assert.False(loaded.training || model.training);
            using var again = TrainedModel.Load(folder.Path, task, loaded);
            var noise = zeros(1, 100);
            Assert.True(model.Sample(noise).Equals(again.Sample(noise)));
            using var fresh = task.CreateModel(loaded);
            Assert.False(model.Sample(noise).Equals(fresh.Sample(noise)));
            // The head comes back without its type too, for a task of which no more is known.
            using var untyped = TrainedModel.Load(folder.Path, (IPretextTask)task, loaded);
            var state = State(model);
            Assert.All(State(untyped), pair => Assert.True(pair.Value.Equals(state[pair.Key]), pair.Key));

            Assert.Contains("no checkpoint", Assert.Throws<InvalidOperationException>(() => TrainedModel.Load(folder["none"], task, loaded)).Message);
            using var other = new NetworkInNetwork(16);
            Assert.Throws<InvalidDataException>(() => TrainedModel.Load(folder.Path, task, other));
        }
    }

    [Fact]
    public void SettingsOutOfRangeAreNamed()
    {
        Refused("NoiseSize is 0", new() { NoiseSize = 0 });
        Refused("GeneratorWidth is 8", new() { GeneratorWidth = 8 });
        Refused("LabelSmoothing is 0.5", new() { LabelSmoothing = 0.5 });
        Refused("GeneratorAverage is 1", new() { GeneratorAverage = 1 });

        static void Refused(string message, GanOptions options)
        {
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => new DcganTask(options)).Message);
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => new BiganTask(options)).Message);
        }
    }

    private static Dictionary<string, Tensor> State(nn.Module module) =>
        module.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
}
