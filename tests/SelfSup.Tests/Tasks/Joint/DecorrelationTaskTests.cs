using SelfSup.Encoders;
using SelfSup.Losses;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

/// <summary>Barlow Twins and VICReg.</summary>
public class DecorrelationTaskTests
{
    private const int Side = 32;

    [Fact]
    public void Barlow_twins_loss_is_that_of_the_projections_scaled()
    {
        using var scope = NewDisposeScope();
        var task = new BarlowTwinsTask(new() { Width = 24, Scale = 0.5, OffDiagonalWeight = 0.02 });
        var model = task.CreateModel(new PretextSetup(new ConvNet(Side), 8));
        var batch = task.Generate(TestImages.InputFor(task, 8, Side), new RandomSource(1));
        Tensor first = model.Project(batch.Views[0]), second = model.Project(batch.Views[1]);
        Assert.Equal([8L, 24], first.shape);
        var expected = 0.5 * BarlowTwinsLoss.Of(first, second, 0.02).item<float>();
        Assert.Equal(expected, model.Objectives[0].ComputeLoss(batch).Value.item<float>(), 1e-4 * expected);
    }

    [Fact]
    public void Vicregs_loss_is_the_weighted_sum_of_the_terms_it_reports()
    {
        using var scope = NewDisposeScope();
        var task = new VicRegTask(new() { Width = 24, InvarianceWeight = 3, VarianceWeight = 5, CovarianceWeight = 7 });
        var model = task.CreateModel(new PretextSetup(new ConvNet(Side), 8));
        var batch = task.Generate(TestImages.InputFor(task, 8, Side), new RandomSource(1));
        var loss = model.Objectives[0].ComputeLoss(batch);
        Tensor first = model.Project(batch.Views[0]), second = model.Project(batch.Views[1]);
        var expected = VicRegLoss.Of(first, second, 3, 5, 7).item<float>();
        Assert.Equal(expected, loss.Value.item<float>(), 1e-4 * expected);
        Assert.Equal(["deviation", "invariance", "variance", "covariance"], loss.Metrics.Select(metric => metric.Name));
        Assert.Equal(VicRegLoss.Covariance(first).item<float>(), loss.Metrics[3].Value.item<float>(), 1e-4);
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        Assert.Contains("BarlowTwinsOptions.Width is 1", Refusal(() => new BarlowTwinsTask(new() { Width = 1 })));
        Assert.Contains("BarlowTwinsOptions.Hidden is 0", Refusal(() => new BarlowTwinsTask(new() { Hidden = 0 })));
        Assert.Contains("BarlowTwinsOptions.Layers is 0", Refusal(() => new BarlowTwinsTask(new() { Layers = 0 })));
        Assert.Contains("BarlowTwinsOptions.Scale is 0", Refusal(() => new BarlowTwinsTask(new() { Scale = 0 })));
        Assert.Contains("BarlowTwinsOptions.OffDiagonalWeight is NaN", Refusal(() => new BarlowTwinsTask(new() { OffDiagonalWeight = double.NaN })));
        Assert.Contains("VicRegOptions.Width is 20000", Refusal(() => new VicRegTask(new() { Width = 20_000 })));
        Assert.Contains("VicRegOptions.Hidden is 0", Refusal(() => new VicRegTask(new() { Hidden = 0 })));
        Assert.Contains("VicRegOptions.Layers is 0", Refusal(() => new VicRegTask(new() { Layers = 0 })));
        Assert.Contains("VicRegOptions.InvarianceWeight is -1", Refusal(() => new VicRegTask(new() { InvarianceWeight = -1 })));
        Assert.Contains("VicRegOptions.VarianceWeight is NaN", Refusal(() => new VicRegTask(new() { VarianceWeight = double.NaN })));
        Assert.Contains("VicRegOptions.CovarianceWeight is -1", Refusal(() => new VicRegTask(new() { CovarianceWeight = -1 })));

        static string Refusal(Func<object> create) => Assert.Throws<ArgumentException>(create).Message;
    }
}
