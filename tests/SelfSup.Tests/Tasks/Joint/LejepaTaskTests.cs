using SelfSup.Encoders;
using SelfSup.Losses;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class LejepaTaskTests
{
    private const int Side = 32;

    [Fact]
    public void The_loss_is_the_distance_from_the_mean_view_and_the_distribution_of_each()
    {
        using var scope = NewDisposeScope();
        var task = new LejepaTask(new() { Views = 3, Width = 8, DistributionShare = 0.25, Directions = 20 });
        var model = task.CreateModel(new PretextSetup(new ConvNet(Side), 6));
        var batch = task.Generate(TestImages.InputFor(task, 6, Side), new RandomSource(1));
        Assert.Equal([8L, 20], batch.Directions.shape);
        Tensor[] features = [.. batch.Views.Select(model.Project)];
        var mean = features[0].add(features[1]).add(features[2]).div(3);
        var distance = features.Average(view => view.sub(mean).square().mean().item<float>());
        var distribution = features.Average(view => GaussianSketchLoss.Of(view, batch.Directions).item<float>());
        var loss = model.Objectives[0].ComputeLoss(batch);
        Assert.Equal(0.75 * distance + 0.25 * distribution, loss.Value.item<float>(), 1e-4);
        Assert.Equal(["deviation", "distance", "distribution"], loss.Metrics.Select(metric => metric.Name));
        Assert.Equal(distance, loss.Metrics[1].Value.item<float>(), 1e-5);
        Assert.Equal(distribution, loss.Metrics[2].Value.item<float>(), 1e-4);
    }

    [Fact]
    public void Every_batch_draws_directions_of_its_own()
    {
        using var scope = NewDisposeScope();
        var task = new LejepaTask(new() { Views = 2 });
        var input = TestImages.InputFor(task, 2, Side);
        Assert.False(task.Generate(input, new RandomSource(1)).Directions.Equals(task.Generate(input, new RandomSource(2)).Directions));
    }

    [Fact]
    public void The_picture_has_a_row_a_view()
    {
        var task = new LejepaTask(new() { Views = 3 });
        using var encoder = new ConvNet(Side);
        using var model = task.CreateModel(new PretextSetup(encoder, 5));
        using var input = TestImages.InputFor(task, 5, Side);
        using var batch = task.Generate(input, new RandomSource(1));
        var rows = ((IPretextTask)task).Preview(batch, model).Rows;
        Assert.Equal([5, 5, 5], rows.Select(row => row.Count));
        Assert.Equal("view 1", rows[0][0].Caption);
        Assert.All(rows[2], cell => Assert.StartsWith("view 3: ", cell.Caption));
    }

    [Fact]
    public void Settings_out_of_range_and_missing_views_are_named()
    {
        Assert.Contains("LejepaOptions.Views is 1", Refusal(new() { Views = 1 }));
        Assert.Contains("LejepaOptions.Width is 1", Refusal(new() { Width = 1 }));
        Assert.Contains("LejepaOptions.Hidden is 0", Refusal(new() { Hidden = 0 }));
        Assert.Contains("LejepaOptions.Layers is 0", Refusal(new() { Layers = 0 }));
        Assert.Contains("LejepaOptions.DistributionShare is 1", Refusal(new() { DistributionShare = 1 }));
        Assert.Contains("LejepaOptions.Directions is 0", Refusal(new() { Directions = 0 }));
        using var images = TestImages.Colorful(2, Side);
        var message = Assert.Throws<ArgumentException>(() => TaskCatalog.Create("lejepa").Generate(images, new RandomSource(1))).Message;
        Assert.Contains("'lejepa' compares 4 views", message);

        static string Refusal(LejepaOptions options) => Assert.Throws<ArgumentException>(() => new LejepaTask(options)).Message;
    }
}
