using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class BiganTaskTests
{
    [Fact]
    public void CodesKeepToTheRangeOfTheNoise()
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(new BiganTask());
        using (no_grad())
        {
            foreach (var parameter in run.Encoder.parameters())
                parameter.mul_(4);
        }
        using var batch = run.Generate();
        var codes = run.Model.Encode(batch.Inputs);
        Assert.Equal([4, 100], codes.shape);
        Assert.True(codes.abs().le(1).all().item<bool>());
    }

    [Fact]
    public void ImagesMeetTheirOwnCodesAndNoiseItsOwnImages()
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(new BiganTask());
        // Statistics of a batch would not tell the pairs of it apart, a frozen discriminator does.
        using PretextBatch batch = run.Generate(), otherNoise = run.Generate(noise: 2), otherImages = run.Generate(first: 4);
        // The encoder's share of the loss is that of images with their codes: no noise enters it. The generator's is the other way round.
        nn.Module encoder = run.Encoder, generator = run.Model.Objectives[1].Modules[^1];
        var expected = run.GradientsOf(encoder, 1, batch);
        AssertSame(expected, run.GradientsOf(encoder, 1, otherNoise), same: true);
        AssertSame(expected, run.GradientsOf(encoder, 1, otherImages), same: false);
        expected = run.GradientsOf(generator, 1, batch);
        AssertSame(expected, run.GradientsOf(generator, 1, otherImages), same: true);
        AssertSame(expected, run.GradientsOf(generator, 1, otherNoise), same: false);
    }

    [Fact]
    public void EncoderAndGeneratorMinimizeTheDiscriminatorsLossWithLabelsSwapped()
    {
        using var scope = NewDisposeScope();
        using var run = GanRun.Of(new BiganTask());
        using var batch = run.Generate();
        // A discriminator whose verdicts are negated answers every question the other way round.
        using var before = run.Model.Objectives[1].ComputeLoss(batch);
        using (no_grad())
        {
            var last = run.Model.named_parameters().Where(p => p.name.StartsWith("discriminator.judge.2.")).ToList();
            Assert.Equal(2, last.Count);
            foreach (var (_, parameter) in last)
                parameter.neg_();
        }
        using var after = run.Model.Objectives[0].ComputeLoss(batch);
        Assert.Equal(before.Value.item<float>(), after.Value.item<float>(), 1e-5);
        Assert.NotEqual(Math.Log(2), after.Value.item<float>(), 1e-5);
    }

    private static void AssertSame(Tensor[] expected, Tensor[] actual, bool same) =>
        Assert.Equal(same, expected.Zip(actual).All(pair => pair.First.sub(pair.Second).abs().max().item<float>() < 1e-7));
}
