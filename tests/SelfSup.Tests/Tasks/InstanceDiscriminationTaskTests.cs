using SelfSup.Encoders;
using SelfSup.Losses;
using SelfSup.Previews;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class InstanceDiscriminationTaskTests
{
    [Theory]
    [InlineData(4096)] // all others
    [InlineData(10)]
    public void The_loss_looks_for_the_images_own_rows_and_a_step_brings_them_up_to_date(int negatives)
    {
        using var encoder = new ConvNet(32);
        var task = new InstanceDiscriminationTask(new() { Negatives = negatives, Temperature = 0.2, Keep = 0.25 });
        using var model = task.CreateModel(new PretextSetup(encoder, 50));
        using var scope = NewDisposeScope();
        long[] images = [40, 3, 17];
        using var batch = Batch(task, images);
        var rows = model.state_dict()["memory.rows"];
        var before = rows.clone();
        using var step = new StepContext(0, 10, 0);
        using var loss = model.Objectives[0].Loss(batch, step);
        var features = model.Embed(batch);
        using var expected = negatives >= 50
            ? InstanceContrast.Of(features, before, tensor(images), 0.2)
            : InstanceContrast.Of(features, before, tensor(images), batch.Draws.remainder(50), 0.2);
        Assert.Equal(expected.Value.item<float>(), loss.Value.item<float>(), 1e-4);

        model.OnStepCompleted(batch, step);
        var changed = rows.ne(before).any(1).nonzero().flatten().data<long>().ToArray();
        Assert.Equal([3, 17, 40], changed);
        var moved = nn.functional.normalize(before[3].mul(0.25).add(nn.functional.normalize(features[1], dim: 0).mul(0.75)), dim: 0);
        Assert.True(rows[3].sub(moved).abs().max().item<float>() < 1e-4);
    }

    [Fact]
    public void Before_the_first_step_the_memory_has_the_embedding_of_every_image()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        var task = new InstanceDiscriminationTask();
        using var model = task.CreateModel(new PretextSetup(encoder, 3));
        var images = TestImages.Colorful(3, 32);
        var rows = model.state_dict()["memory.rows"];
        var noise = rows.clone();
        StartEpoch(1);
        Assert.True(rows.Equals(noise)); // later epochs keep what the steps remembered
        StartEpoch(0);
        using var alone = new PretextInput([cat([images[2..], images[2..].flip(3)])], tensor(new long[] { 0, 1 }));
        using var random = new RandomSource(1);
        var expected = nn.functional.normalize(model.Embed(task.Generate(alone, random)), dim: 1)[0];
        Assert.True(rows[2].sub(expected).abs().max().item<float>() < 1e-5);
        Assert.All(Enumerable.Range(0, 3), row => Assert.True(rows[row].sub(noise[row]).abs().max().item<float>() > 0.05));

        void StartEpoch(int epoch)
        {
            using var random = new RandomSource(0);
            using var two = new PretextInput([images[..2]], tensor(new long[] { 0, 1 }));
            using var leftOver = new PretextInput([images[2..]], tensor(new long[] { 2 }));
            model.OnEpochStarting(new EpochContext(epoch, 2, 3, random, _ => [two, leftOver], _ => { }));
        }
    }

    [Fact]
    public void Held_out_images_have_no_rows_and_stand_for_their_own()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        var task = new InstanceDiscriminationTask();
        using var model = task.CreateModel(new PretextSetup(encoder, 5));
        using var batch = Batch(task, 100, 200, 300); // beyond the images that are learned from
        using var step = new StepContext(0, 10, 0, isTraining: false);
        using var loss = model.Objectives[0].Loss(batch, step);
        Assert.True(float.IsFinite(loss.Value.item<float>()));
    }

    [Fact]
    public void Previews_count_the_images_that_are_taken_for_more_alike()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        var task = new InstanceDiscriminationTask();
        using var model = task.CreateModel(new PretextSetup(encoder, 50));
        encoder.eval();
        model.eval();
        using var batch = Batch(task, 4, 9);
        var rows = model.state_dict()["memory.rows"];
        using (no_grad())
            rows.index_copy_(0, tensor(new long[] { 4, 8 }), nn.functional.normalize(model.Embed(batch), dim: 1));
        var cells = task.Preview(batch, model).Rows.Single();
        Assert.Equal(("0 closer", PreviewMark.Right), (cells[0].Caption, cells[0].Mark));
        Assert.Equal(PreviewMark.Wrong, cells[1].Mark); // another's row is what its own should be
        Assert.Equal(["", ""], task.Preview(batch, null).Rows.Single().Select(cell => cell.Caption));
    }

    [Fact]
    public void Other_images_are_drawn_anew_and_exemplars_are_varied_otherwise()
    {
        var task = new InstanceDiscriminationTask(new() { Negatives = 7 });
        using var scope = NewDisposeScope();
        using InstanceBatch first = Batch(task, 1, 2), same = Batch(task, 1, 2);
        Assert.Equal([7], first.Draws.shape);
        Assert.True(first.Draws.Equals(same.Draws));
        using var random = new RandomSource(8);
        using var input = PretextInput.Of(first.Inputs);
        using var other = task.Generate(input, random);
        Assert.False(first.Draws.Equals(other.Draws));
        var exemplar = new InstanceDiscriminationTask(new() { Variation = InstanceVariation.Exemplar });
        Assert.NotEqual(task.Views[0].Augmentation, exemplar.Views[0].Augmentation);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        Assert.Contains("Temperature", Refusal(new() { Temperature = 0 }));
        Assert.Contains("Negatives", Refusal(new() { Negatives = 0 }));
        Assert.Contains("Keep", Refusal(new() { Keep = 1 }));
        Assert.Contains("Output", Refusal(new() { Output = 0 }));
        Assert.Contains("Variation", Refusal(new() { Variation = (InstanceVariation)5 }));

        static string Refusal(InstanceDiscriminationOptions options) =>
            Assert.Throws<ArgumentException>(() => new InstanceDiscriminationTask(options)).Message;
    }

    private static InstanceBatch Batch(InstanceDiscriminationTask task, params long[] images)
    {
        using var input = new PretextInput([TestImages.Colorful(images.Length, 32)], tensor(images));
        using var random = new RandomSource(1);
        return task.Generate(input, random);
    }
}
