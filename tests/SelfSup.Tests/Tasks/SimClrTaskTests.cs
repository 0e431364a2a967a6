using SelfSup.Encoders;
using SelfSup.Losses;
using SelfSup.Previews;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class SimClrTaskTests
{
    [Fact]
    public void The_loss_is_that_of_both_projections()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        using var model = new SimClrTask(new() { Temperature = 0.2 }).CreateModel(encoder);
        using var batch = Batch(6);
        var (first, second) = model.Project(batch);
        Assert.Equal([6, 128], first.shape);
        using var expected = NtXent.Of(first, second, 0.2);
        using var loss = model.Objectives[0].ComputeLoss(batch);
        Assert.Equal(expected.Value.item<float>(), loss.Value.item<float>(), 1e-4);
        Assert.Equal(["accuracy", "deviation"], loss.Metrics.Select(metric => metric.Name));
    }

    [Fact]
    public void Previews_show_which_view_is_found()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        var task = new SimClrTask();
        using var model = task.CreateModel(encoder);
        encoder.eval();
        model.eval();
        using var images = TestImages.Colorful(10, 32);
        using var same = new PretextBatch([images.alias(), images.alias()], arange(10));
        var rows = task.Preview(same, model).Rows;
        Assert.Equal([8, 8, 8, 2, 2, 2], rows.Select(row => row.Count));
        Assert.All(rows[2].Concat(rows[5]), cell => Assert.Equal(PreviewMark.Right, cell.Mark)); // a view is closest to itself
        using var turned = new PretextBatch([images.alias(), images.roll(1, 0)], arange(10));
        Assert.All(task.Preview(turned, model).Rows[2], cell => Assert.Equal(PreviewMark.Wrong, cell.Mark));
        Assert.Equal(4, task.Preview(same, null).Rows.Count);
    }

    [Fact]
    public void Options_and_inputs_that_make_no_sense_are_refused()
    {
        Assert.Contains("Temperature", Refusal(new() { Temperature = 0 }));
        Assert.Contains("ColorStrength", Refusal(new() { ColorStrength = 3 }));
        Assert.Contains("Output", Refusal(new() { Output = 0 }));
        using var images = TestImages.Colorful(2, 32);
        using var random = new RandomSource(1);
        Assert.Contains("compares 2 views", Assert.Throws<ArgumentException>(() => new SimClrTask().Generate(images, random)).Message);

        static string Refusal(SimClrOptions options) => Assert.Throws<ArgumentException>(() => new SimClrTask(options)).Message;
    }

    private static PretextBatch Batch(int count)
    {
        var task = new SimClrTask();
        using var input = TestImages.InputFor(task, count, 32);
        using var random = new RandomSource(1);
        return task.Generate(input, random);
    }
}
