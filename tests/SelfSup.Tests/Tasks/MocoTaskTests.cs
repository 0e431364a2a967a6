using SelfSup.Encoders;
using SelfSup.Previews;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class MocoTaskTests
{
    private static readonly MocoTask Third = new(new() { Version = MocoVersion.V3 });

    [Fact]
    public void A_step_puts_the_keys_of_both_views_into_the_queue_and_moves_the_copy_alone()
    {
        using var encoder = new ConvNet(32);
        var task = new MocoTask(new() { Keep = 0.75 });
        using var model = task.CreateModel(new PretextSetup(encoder, 100));
        using var scope = NewDisposeScope();
        using var batch = Batch(task, 6);
        using var step = new StepContext(0, 10, 0);
        var before = Rows(model).clone();
        Assert.Equal([64, 128], before.shape); // no more than that for 100 images
        using var loss = model.Objectives[0].Loss(batch, step);
        var keys = step.Kept("keys")!.clone();
        Assert.Equal([12, 128], keys.shape);
        Assert.Equal(1, keys.norm(1).min().item<float>(), 1e-5);
        var copy = Copy(model, "teacher").clone();
        using (no_grad())
            encoder.parameters().First().add_(1);
        model.OnStepCompleted(batch, step);
        Assert.True(Rows(model).narrow(0, 0, 12).Equals(keys));
        Assert.True(Rows(model).narrow(0, 12, 52).Equals(before.narrow(0, 12, 52)));
        Assert.Equal(0.25, Copy(model, "teacher").sub(copy).mean().item<float>(), 1e-5);
    }

    [Theory]
    [InlineData(MocoVersion.V2)]
    [InlineData(MocoVersion.V3)]
    public void Keys_are_constants_and_the_copy_is_not_trained(MocoVersion version)
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        var task = new MocoTask(new() { Version = version });
        using var model = task.CreateModel(encoder);
        using var batch = Batch(task, 4);
        var (queries, keys) = model.Embed(batch);
        Assert.True(queries.requires_grad && !keys.requires_grad);
        using var loss = model.Objectives[0].ComputeLoss(batch);
        loss.Value.backward();
        Assert.All(model.named_parameters().Where(pair => pair.name.StartsWith("teacher")), pair => Assert.Null(pair.parameter.grad));
        Assert.All(encoder.parameters(), parameter => Assert.NotNull(parameter.grad));
    }

    [Fact]
    public void The_third_version_sums_both_directions_by_twice_the_temperature()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        using var model = Third.CreateModel(encoder);
        // Queries are alike where the predictor answers nothing: the logarithm of 5 images, two directions, 2 x 0.2.
        using (no_grad())
        {
            foreach (var (_, parameter) in model.named_parameters().Where(pair => pair.name.StartsWith("predictor.layers.linear2")))
                parameter.zero_();
        }
        using var batch = Batch(Third, 5);
        using var loss = model.Objectives[0].ComputeLoss(batch);
        Assert.Equal(2 * 2 * 0.2 * Math.Log(5), loss.Value.item<float>(), 1e-5);
    }

    [Fact]
    public void The_third_version_has_no_queue_and_views_of_two_kinds()
    {
        using var encoder = new ConvNet(32);
        using var model = Third.CreateModel(encoder);
        Assert.Equal("moco-v3", Third.Name);
        Assert.Equal([0, 0.2], Third.Views.Select(view => view.Augmentation.Solarize));
        Assert.DoesNotContain(model.state_dict().Keys, name => name.StartsWith("queue"));
        Assert.Contains(model.state_dict().Keys, name => name.StartsWith("predictor"));
    }

    [Fact]
    public void Previews_show_which_key_is_found()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        var task = new MocoTask();
        using var model = task.CreateModel(encoder);
        encoder.eval();
        model.eval();
        using var images = TestImages.Colorful(4, 32);
        using var same = new PretextBatch([images.alias(), images.alias()], arange(4));
        var rows = task.Preview(same, model).Rows;
        Assert.Equal(3, rows.Count);
        Assert.All(rows[2], cell => Assert.Equal(PreviewMark.Right, cell.Mark)); // the copy is the network itself at first
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        Assert.Contains("Temperature", Refusal(new() { Temperature = double.NaN }));
        Assert.Contains("QueueLength", Refusal(new() { QueueLength = 0 }));
        Assert.Contains("Keep", Refusal(new() { Keep = 1 }));
        Assert.Contains("Output", Refusal(new() { Output = 0 }));
        Assert.Contains("Version", Refusal(new() { Version = (MocoVersion)7 }));

        static string Refusal(MocoOptions options) => Assert.Throws<ArgumentException>(() => new MocoTask(options)).Message;
    }

    [Theory]
    [InlineData(4096, 50_000, 4096)]
    [InlineData(4096, 1000, 250)]
    [InlineData(4096, 20, 64)]
    [InlineData(16, 50_000, 16)]
    public void Queues_hold_no_more_than_a_quarter_of_the_images(int asked, int images, int length) =>
        Assert.Equal(length, QueueLength.For(asked, images));

    private static Tensor Rows(PretextModel model) => model.state_dict()["queue.rows"];

    private static Tensor Copy(PretextModel model, string name) => model.named_parameters().First(pair => pair.name.StartsWith(name)).parameter;

    private static PretextBatch Batch(IPretextTask task, int count)
    {
        using var input = TestImages.InputFor(task, count, 32);
        using var random = new RandomSource(1);
        return task.Generate(input, random);
    }
}
