using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

/// <summary>Both tasks learn on images of one color each.</summary>
public class GanLearningTests
{
    private static readonly GanOptions Small = new() { NoiseSize = 4, GeneratorWidth = 32, GeneratorAverage = 0.98 };

    [Fact]
    public void DcganMakesTheColorsItSees()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        // Red or blue, never the violet between them. Without noise the critic would look for noise alone.
        var red = random.Uniform(64, 1, 1, 1).lt(0.5);
        var images = where(red, tensor(new byte[] { 230, 40, 30 }).view(1, 3, 1, 1), tensor(new byte[] { 30, 40, 230 }).view(1, 3, 1, 1))
            .add(random.Normal(64, 3, 16, 16).mul(20)).clamp(0, 255).to(ScalarType.Byte);
        var task = new DcganTask(Small);
        using var encoder = new ConvNet(16);
        using var step = Train(task, encoder, images, steps: 150);
        var samples = Assert.IsType<DcganModel>(step.Learners[0].Model).Sample(task.DrawNoise(64, random));
        var distance = ImageDistances.ToNearest(samples, [images]).mean().item<float>();
        var gray = ImageDistances.ToNearest(full(1, 3, 16, 16, 0.5f), [images]).item<float>();
        Assert.True(distance < 0.6 * gray, $"{distance}, gray images {gray}");
        Assert.True(ImageDistances.ToNext(samples).item<float>() > 0.5 * ImageDistances.ToNext(images).item<float>());
    }

    [Fact]
    public void BigansGeneratorComesToInvertItsEncoder()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var images = random.Integers(256, 64, 3, 1, 1).to(ScalarType.Byte).expand(64, 3, 16, 16).contiguous();
        var task = new BiganTask(Small);
        using var encoder = new ConvNet(16);
        using var step = Train(task, encoder, images, steps: 300);
        encoder.eval();
        var model = Assert.IsType<BiganModel>(step.Learners[0].Model);
        model.eval();
        var truth = images.to(ScalarType.Float32).div(255);
        var reconstructed = model.Reconstruct(images);
        double own = Error(reconstructed, truth), shuffled = Error(reconstructed, truth.roll(1, 0));
        Assert.True(own < 0.7 * shuffled, $"{own}, of others' images {shuffled}");

        static double Error(Tensor a, Tensor b) => a.sub(b).square().mean().item<float>();
    }

    private static TrainingStep Train(PretextTask task, Encoder encoder, Tensor images, int steps)
    {
        encoder.train();
        var step = new TrainingStep(encoder, [new WeightedTask(task)], 64, GanRun.Options(task, 1e-3), CPU);
        for (var i = 0; i < steps; i++)
        {
            using var batch = images.narrow(0, i % 4 * 16, 16);
            using var input = PretextInput.Of(batch);
            step.Run([input], i, steps, 0).Dispose();
        }
        return step;
    }
}
