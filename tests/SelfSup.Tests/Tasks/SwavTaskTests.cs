using SelfSup.Heads;
using SelfSup.Optimization;
using SelfSup.Tasks;
using SelfSup.Testing;
using SelfSup.Tests.Tasks.Joint;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class SwavTaskTests
{
    private const string Prototypes = "prototypes.weight";

    [Fact]
    public void Small_crops_keep_the_contract() => PretextTaskCheck.Verify(new SwavTask(new SwavOptions { LocalCrops = 2, QueueStart = 0 }));

    [Fact]
    public void Small_crops_have_half_the_side_of_large_ones_whatever_the_encoder()
    {
        var views = new SwavTask(new SwavOptions { LocalCrops = 3 }).Views;
        Assert.Equal([2, 3], views.Select(view => view.Count));
        Assert.Equal([32, 16], views.Select(view => view.SideFor(32)));
        Assert.Equal([96, 48], views.Select(view => view.SideFor(96)));
        Assert.Equal([100, 56], views.Select(view => view.SideFor(100)));
        Assert.True(views[1].Augmentation.MaximumArea <= views[0].Augmentation.MinimumArea);
    }

    /// <summary>Neither momentum nor weight decay, which would move a prototype whose gradient is only zero.</summary>
    [Fact]
    public void Prototypes_stay_as_they_are_for_the_first_steps()
    {
        using var scope = NewDisposeScope();
        var recipe = TrainingRecipe.Default with { WeightDecay = 0.1 };
        using var run = new JointRun(new SwavTask(new SwavOptions { FrozenSteps = 2 }), recipe: recipe);
        var start = run.State(Prototypes);
        run.Step(0);
        run.Step(1);
        Assert.True(run.State(Prototypes).Equals(start));
        run.Step(2);
        Assert.False(run.State(Prototypes).Equals(start));
    }

    [Fact]
    public void A_layer_that_does_not_learn_passes_gradients_on()
    {
        using var scope = NewDisposeScope();
        using var layer = new UnitLinear(3, 2) { Learns = false };
        var features = ones(4, 3).requires_grad_();
        layer.forward(features).sum().backward();
        Assert.NotNull(features.grad);
        Assert.Null(layer.parameters().Single().grad);
        layer.Learns = true;
        layer.forward(features).sum().backward();
        Assert.NotNull(layer.parameters().Single().grad);
    }

    [Fact]
    public void Queues_take_the_embeddings_of_either_large_crop()
    {
        using var scope = NewDisposeScope();
        using var run = new JointRun(new SwavTask(new SwavOptions { QueueLength = 8, LocalCrops = 1 }));
        Tensor[] before = [run.State("queues.0.rows"), run.State("queues.1.rows")];
        run.Step(0);
        Tensor[] after = [run.State("queues.0.rows"), run.State("queues.1.rows")];
        for (var crop = 0; crop < 2; crop++)
        {
            Assert.True(after[crop].norm(1).allclose(ones(8)));
            Assert.True(after[crop].narrow(0, 6, 2).Equals(before[crop].narrow(0, 6, 2)));
            Assert.False(after[crop][0].Equals(before[crop][0]));
        }
        Assert.False(after[0].Equals(after[1]));
    }

    [Fact]
    public void Queues_count_from_their_epoch_on_and_once_they_are_full()
    {
        float Loss(int length, long step, int epoch)
        {
            using var run = new JointRun(new SwavTask(new SwavOptions { QueueLength = length, QueueStart = 1 }));
            return run.Step(step, epoch).First().Value;
        }
        var without = Loss(0, 2, 1);
        Assert.Equal(without, Loss(12, 2, 0));
        Assert.Equal(without, Loss(13, 2, 1)); // 2 steps of 6 images were done
        Assert.NotEqual(without, Loss(12, 2, 1));
    }

    [Fact]
    public void An_even_spread_is_seen_in_the_metrics()
    {
        using var run = new JointRun(new SwavTask());
        var metrics = run.Step(0);
        Assert.InRange(metrics["swav/deviation"], 0.3f, 1.05f);
        Assert.InRange(metrics["swav/used"], 1 / 6f, 1);
    }

    [Fact]
    public void A_picture_shows_the_prototype_of_every_crop()
    {
        using var scope = NewDisposeScope();
        var task = new SwavTask(new SwavOptions { LocalCrops = 1 });
        using var run = new JointRun(task);
        using var batch = PretextBatch.OfViews(run.Input);
        var grid = task.Preview(batch, run.Model);
        Assert.Equal(6, grid.Rows.Count);
        Assert.All(grid.Rows, row => Assert.Equal(3, row.Count));
        Assert.All(grid.Rows.SelectMany(row => row), cell => Assert.Matches("^prototype [0-9]+$", cell.Caption));
        Assert.Contains("prototype", grid.Legend);
    }

    [Fact]
    public void Options_out_of_their_range_are_refused()
    {
        Assert.Contains("SwavOptions.Prototypes is 1", Refusal(new() { Prototypes = 1 }));
        Assert.Contains("SwavOptions.FrozenSteps is -1", Refusal(new() { FrozenSteps = -1 }));
        Assert.Contains("SwavOptions.QueueLength is -1", Refusal(new() { QueueLength = -1 }));
        Assert.Contains("SwavOptions.QueueStart is -1", Refusal(new() { QueueStart = -1 }));
        Assert.Contains("SwavOptions.LocalCrops is -1", Refusal(new() { LocalCrops = -1 }));

        static string Refusal(SwavOptions options) => Assert.Throws<ArgumentException>(() => new SwavTask(options)).Message;
    }
}
