using SelfSup.Encoders;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks.SplitBrain;

public class SplitBrainTaskTests
{
    [Fact]
    public void An_encoder_without_halves_is_refused()
    {
        using var whole = new ConvNet(32);
        var message = Assert.Throws<ArgumentException>(() => new SplitBrainTask().CheckFits(whole, 1)).Message;
        Assert.Contains("'split-convnet'", message);
        Assert.Contains("'convnet' has none", message);
        Assert.Contains("clips", Assert.Throws<ArgumentException>(() => new SplitBrainTask().CheckFits(new SplitConvNet(32), 4)).Message);
    }

    /// <summary>White, black, and the red of the published table: L 53.24, a 80.09, b 67.2.</summary>
    [Fact]
    public void Pixels_are_in_their_bins()
    {
        using var scope = NewDisposeScope();
        var images = zeros(3, 3, 32, 32, ScalarType.Byte);
        images[0].fill_(255);
        images[2, 0].fill_(255);
        using var random = new RandomSource(1);
        using var batch = new SplitBrainTask().Generate(images, random);
        Assert.Equal([3, 16, 16], batch.Targets.shape);
        Assert.Equal([49L, 0, 26], batch.LightnessBins.select(1, 0).select(1, 0).data<long>().ToArray());
        var colors = batch.Targets.select(1, 0).select(1, 0).data<long>().Select(bin => ColorBins.Centers[(int)bin]).ToArray();
        Assert.Equal([(0, 0), (0, 0), (80, 70)], colors);
    }

    [Fact]
    public void Each_side_of_the_loss_trains_its_own_half()
    {
        using var scope = NewDisposeScope();
        using var encoder = new SplitConvNet(32);
        var task = new SplitBrainTask();
        using var model = task.CreateModel(encoder);
        using var random = new RandomSource(1);
        using var batch = task.Generate(TestImages.Colorful(4, 32), random);
        using (var loss = model.Objectives[0].ComputeLoss(batch))
        {
            Assert.Equal(["colors", "lightness"], loss.Metrics.Select(metric => metric.Name));
            Assert.Equal(loss.Value.item<float>(), loss.Metrics.Sum(metric => metric.Value.item<float>()), 1e-4);
            loss.Value.backward();
        }
        Assert.All(encoder.named_parameters(), pair => Assert.True(pair.parameter.grad!.abs().max().item<float>() > 0, pair.name));
        var (colors, lightness) = model.Predict(batch);
        Assert.Equal([4, 2, 16, 16], colors.shape);
        Assert.InRange(lightness.min().item<float>(), 0, 100);
        Assert.InRange(lightness.max().item<float>(), 0, 100);
    }

    [Fact]
    public void A_picture_shows_what_either_half_tells_of_the_other()
    {
        using var scope = NewDisposeScope();
        using var encoder = new SplitConvNet(32);
        var task = new SplitBrainTask();
        using var model = task.CreateModel(encoder);
        using var random = new RandomSource(1);
        using var batch = task.Generate(TestImages.Colorful(3, 32), random);
        Assert.All(task.Preview(batch).Rows, row => Assert.Single(row));
        Assert.All(task.Preview(batch, model).Rows, row => Assert.Equal(["the image", "predicted colors", "predicted brightness"], row.Select(cell => cell.Caption)));
    }
}
