using SelfSup.Encoders;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class InpaintingTaskTests
{
    [Theory]
    [InlineData(InpaintingMask.Center)]
    [InlineData(InpaintingMask.RandomBlock)]
    [InlineData(InpaintingMask.RandomRegion)]
    public void KnownPixelsStayAndTheHoleHasTheMeanColor(InpaintingMask kind)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var images = random.Integers(256, 3, 3, 32, 32).to(ScalarType.Byte);
        var batch = new InpaintingTask(new() { Mask = kind }).Generate(images, random);
        var hole = batch.Mask.expand(3, 3, 32, 32);

        Assert.Equal(ScalarType.Byte, batch.Inputs.dtype);
        Assert.True(batch.Inputs.masked_select(hole.logical_not()).Equals(images.masked_select(hole.logical_not())));
        Assert.True(batch.Targets.Equals(images));
        byte[] mean = [123, 117, 104];
        for (var c = 0; c < 3; c++)
            Assert.True(batch.Inputs.select(1, c).masked_select(batch.Mask.squeeze(1)).eq(mean[c]).all().item<bool>());
    }

    [Fact]
    public void TheBandsGradientIsTenTimesTheHoles()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var batch = new InpaintingTask(new() { Mask = InpaintingMask.Center }).Generate(zeros(2, 3, 32, 32, ScalarType.Byte), random);
        var painted = zeros(2, 3, 32, 32, float64);

        // Central differences at a pixel of the hole (16, 16), of the band (8, 16) and outside both (2, 2).
        double inside = Slope(16, 16), band = Slope(8, 16), outside = Slope(2, 2);
        Assert.Equal(10, band / inside, 1e-6);
        Assert.Equal(0, outside);
        // The mean over weighted pixels: d/dx (x + 1)^2 = 2 at 0, by hole + 10 band of 2 images with 3 channels.
        Assert.Equal(2 / (6 * (14 * 14 + 10 * (256 - 196.0))), inside, 1e-9);

        double Slope(int row, int column)
        {
            const double step = 1e-3;
            painted[1, 2, row, column] = step;
            var above = InpaintingModel.ComputeError(painted, batch).item<double>();
            painted[1, 2, row, column] = -step;
            var below = InpaintingModel.ComputeError(painted, batch).item<double>();
            painted[1, 2, row, column] = 0;
            return (above - below) / (2 * step);
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    [InlineData(96)]
    public void TheDecoderPaintsTheImagesSizeAndTrainsAllParameters(int side)
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new InpaintingOptions(), side);
        using var batch = run.Generate();
        Assert.Equal([4, 3, side, side], run.Model.Paint(batch).shape);
        using var loss = run.Model.Objectives[0].ComputeLoss(batch);
        loss.Value.backward();
        Assert.All(run.Encoder.named_parameters().Concat(run.Model.named_parameters()), p => Assert.NotNull(p.parameter.grad));
    }

    [Fact]
    public void WhatIsAtOneCornerReachesTheOther()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new InpaintingOptions(), 64);
        run.Encoder.eval();
        run.Model.eval();
        using var batch = run.Generate();
        var before = run.Model.Paint(batch)[.., .., 56.., 56..].clone();
        batch.Inputs[.., .., ..8, ..8] = tensor((byte)255);
        var after = run.Model.Paint(batch)[.., .., 56.., 56..];
        Assert.False(after.Equals(before)); // no more than the weights of four layers at their initial sizes, yet not nothing
    }

    [Fact]
    public void CompletedImagesKeepWhatIsKnown()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new InpaintingOptions(), 32);
        using var batch = run.Generate();
        var known = batch.Mask.logical_not().expand(4, 3, 32, 32);
        var completed = run.Model.Complete(batch).add(1).mul(127.5).round().to(ScalarType.Byte);
        Assert.True(completed.masked_select(known).Equals(batch.Targets.masked_select(known)));
    }

    [Fact]
    public void EachObjectiveTrainsItsOwnModules()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new InpaintingOptions { Adversarial = true }, 32);
        Assert.Equal(["reconstruction", "critic"], run.Model.Objectives.Select(objective => objective.Name));
        Objective reconstruction = run.Model.Objectives[0], critic = run.Model.Objectives[1];
        Assert.Equal(1, reconstruction.LearningRateFactor);
        Assert.Equal(0.1, critic.LearningRateFactor);
        var criticsOwn = critic.Modules.SelectMany(module => module.parameters()).Select(p => p.Handle).ToHashSet();
        var others = reconstruction.Modules.SelectMany(module => module.parameters()).ToList();
        Assert.DoesNotContain(others, p => criticsOwn.Contains(p.Handle));

        using var batch = run.Generate();
        using var step = new StepContext(0, 10, 0);
        using var first = reconstruction.Loss(batch, step);
        using var second = critic.Loss(batch, step);
        second.Value.backward();
        Assert.All(others, parameter => Assert.Null(parameter.grad)); // the critic sees a detached picture
        Assert.All(critic.Modules.SelectMany(module => module.parameters()), parameter => Assert.NotNull(parameter.grad));
    }

    [Fact]
    public void TheSharesOfErrorAndCriticSumToOne()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new InpaintingOptions { Adversarial = true, ReconstructionWeight = 0.75 }, 32);
        run.Encoder.eval();
        run.Model.eval();
        using var batch = run.Generate();
        using var loss = run.Model.Objectives[0].ComputeLoss(batch);
        var error = InpaintingModel.ComputeError(run.Model.Paint(batch), batch).item<float>();
        var adversarial = loss.Metrics.Single(metric => metric.Name == "adversarial").Value.item<float>();
        Assert.Equal(0.75 * error + 0.25 * adversarial, loss.Value.item<float>(), 1e-4);
    }

    [Fact]
    public void TheCriticJudgesThePictureOfTheSameStep()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new InpaintingOptions { Adversarial = true }, 32);
        run.Encoder.eval();
        run.Model.eval();
        using var batch = run.Generate(1);
        using var fresh = run.Model.Objectives[1].ComputeLoss(batch); // nothing kept: painted anew
        using var step = new StepContext(0, 10, 0);
        using (run.Model.Objectives[0].Loss(batch, step))
        {
            using var judged = run.Model.Objectives[1].Loss(batch, step);
            Assert.Equal(fresh.Value.item<float>(), judged.Value.item<float>());
        }
    }

    [Fact]
    public void The_critic_learns_to_call_real_the_true_image_and_not_the_completed_one()
    {
        using var scope = NewDisposeScope();
        using var run = new Run(new InpaintingOptions { Adversarial = true }, 32);
        run.Encoder.eval();
        run.Model.eval();
        var critic = Assert.IsAssignableFrom<nn.Module<Tensor, Tensor>>(Assert.Single(run.Model.Objectives[1].Modules));
        using (no_grad())
            critic.named_parameters().Last(pair => pair.parameter.dim() == 2).parameter.mul_(300); // a fresh one tells next to nothing
        using var batch = run.Generate();
        var truth = batch.Targets.to(ScalarType.Float32).div(127.5).sub(1);
        double[] real = Judge(truth), fake = Judge(run.Model.Complete(batch));
        Assert.True(Math.Abs(real.Average() - fake.Average()) > 0.1); // or labels the other way round would give the same loss
        // -ln of the probability that the true image is real, and that the completed one is not
        var expected = 0.5 * (real.Average(x => Math.Log(1 + Math.Exp(-x))) + fake.Average(x => Math.Log(1 + Math.Exp(x))));
        using var loss = run.Model.Objectives[1].ComputeLoss(batch);
        Assert.Equal(expected, loss.Value.item<float>(), 1e-4);

        double[] Judge(Tensor images) => [.. critic.forward(images).flatten().data<float>().ToArray().Select(x => (double)x)];
    }

    [Fact]
    public void AStepLeavesNoTensorBehind()
    {
        using var run = new Run(new InpaintingOptions { Adversarial = true }, 32);
        var counts = new long[4];
        for (var i = 0; i < counts.Length; i++)
        {
            using (var batch = run.Generate())
            {
                foreach (var objective in run.Model.Objectives)
                {
                    using var loss = objective.ComputeLoss(batch);
                    loss.Value.backward();
                }
            }
            counts[i] = i == 0 ? LiveTensors.Count() : Tensor.TotalCount;
        }
        Assert.Equal(counts[1], counts[3]);
    }

    [Fact]
    public void SettingsOutOfRangeAreNamed()
    {
        foreach (var weight in new[] { 0, 1, double.NaN })
            Assert.Contains("ReconstructionWeight", Assert.Throws<ArgumentException>(() => new InpaintingTask(new() { ReconstructionWeight = weight })).Message);
        Assert.Contains("Mask", Assert.Throws<ArgumentException>(() => new InpaintingTask(new() { Mask = (InpaintingMask)9 })).Message);
    }

    private sealed class Run : IDisposable
    {
        private readonly InpaintingTask task;
        private readonly Tensor images;

        public Run(InpaintingOptions options, int side)
        {
            manual_seed(3);
            task = new InpaintingTask(options);
            Encoder = new ConvNet(side);
            Model = task.CreateModel(Encoder);
            images = TestImages.Colorful(4, side);
        }

        public Encoder Encoder { get; }

        public InpaintingModel Model { get; }

        public InpaintingBatch Generate(ulong seed = 1)
        {
            using var random = new RandomSource(seed);
            return task.Generate(images, random);
        }

        public void Dispose()
        {
            Model.Dispose();
            Encoder.Dispose();
            images.Dispose();
        }
    }
}
