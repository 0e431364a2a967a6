using SelfSup.Encoders;
using SelfSup.Losses;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class NnclrTaskTests
{
    [Fact]
    public void The_loss_is_the_mean_of_both_directions_with_the_queue_as_it_was()
    {
        using var encoder = new ConvNet(32);
        var task = new NnclrTask(new() { Temperature = 0.3 });
        using var model = task.CreateModel(encoder);
        using var scope = NewDisposeScope();
        using var batch = Batch(task, 6);
        var rows = model.state_dict()["queue.rows"].clone();
        Assert.Equal([64, 128], rows.shape);
        var (z, p) = model.Embed(batch);
        using PretextLoss
            one = NearestNeighborContrast.Of(z.narrow(0, 0, 6), p.narrow(0, 6, 6), rows, 0.3),
            other = NearestNeighborContrast.Of(z.narrow(0, 6, 6), p.narrow(0, 0, 6), rows, 0.3);
        using var step = new StepContext(0, 10, 0);
        using var loss = model.Objectives[0].Loss(batch, step);
        Assert.Equal((one.Value.item<float>() + other.Value.item<float>()) / 2, loss.Value.item<float>(), 1e-4);
        Assert.True(model.state_dict()["queue.rows"].Equals(rows));

        model.OnStepCompleted(batch, step);
        var after = model.state_dict()["queue.rows"];
        var first = nn.functional.normalize(z.narrow(0, 0, 6), dim: 1);
        Assert.True(after.narrow(0, 0, 6).sub(first).abs().max().item<float>() < 1e-4);
        Assert.True(after.narrow(0, 6, 58).Equals(rows.narrow(0, 6, 58)));
    }

    [Fact]
    public void Both_heads_are_trained_and_previews_show_what_is_found()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        var task = new NnclrTask();
        using var model = task.CreateModel(encoder);
        using var batch = Batch(task, 4);
        using var loss = model.Objectives[0].ComputeLoss(batch);
        loss.Value.backward();
        Assert.All(model.parameters().Concat(encoder.parameters()), parameter => Assert.NotNull(parameter.grad));
        Assert.Equal(["accuracy", "deviation"], loss.Metrics.Select(metric => metric.Name));
        Assert.Equal(3, task.Preview(batch, model).Rows.Count);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        Assert.Contains("Temperature", Refusal(new() { Temperature = 0 }));
        Assert.Contains("QueueLength", Refusal(new() { QueueLength = 0 }));
        Assert.Contains("ColorStrength", Refusal(new() { ColorStrength = -1 }));
        Assert.Contains("Output", Refusal(new() { Output = 0 }));

        static string Refusal(NnclrOptions options) => Assert.Throws<ArgumentException>(() => new NnclrTask(options)).Message;
    }

    private static PretextBatch Batch(IPretextTask task, int count)
    {
        using var input = TestImages.InputFor(task, count, 32);
        using var random = new RandomSource(1);
        return task.Generate(input, random);
    }
}
