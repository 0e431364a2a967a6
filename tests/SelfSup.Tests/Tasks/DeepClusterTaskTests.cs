using SelfSup.Tasks;
using SelfSup.Testing;
using SelfSup.Tests.Tasks.Joint;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class DeepClusterTaskTests
{
    private static readonly DeepClusterOptions First = new() { Form = DeepClusterForm.First, Clusters = 3 };

    [Fact]
    public void Small_crops_keep_the_contract() => PretextTaskCheck.Verify(new DeepClusterTask(new DeepClusterOptions { LocalCrops = 2 }));

    [Fact]
    public void Every_image_is_in_the_cluster_of_its_nearest_center_in_every_clustering()
    {
        using var scope = NewDisposeScope();
        using var run = new JointRun(new DeepClusterTask(new DeepClusterOptions { Clusters = 3 }));
        run.Model.StartEpoch(run.Input);
        Tensor memory = run.State("memory"), centers = run.State("centers"), clusters = run.State("clusters");
        Assert.Equal([3, 3, 128], centers.shape);
        Assert.True(centers.norm(2).allclose(ones(3, 3)));
        Assert.True(memory.norm(2).allclose(ones(2, 6)));
        for (var i = 0; i < 3; i++)
            Assert.True(memory[i % 2].mm(centers[i].t()).argmax(1).Equals(clusters[i]));
        Assert.False(centers[0].Equals(centers[2])); // the same crop, another start
    }

    [Fact]
    public void The_memory_takes_what_a_step_computed_and_later_epochs_read_nothing()
    {
        using var scope = NewDisposeScope();
        using var run = new JointRun(new DeepClusterTask(new DeepClusterOptions { Clusters = 3 }));
        run.Model.StartEpoch(run.Input);
        Tensor before = run.State("memory"), centers = run.State("centers");
        run.Step(0);
        var after = run.State("memory");
        Assert.True(after.sub(before).abs().sum(2).gt(1e-3).all().item<bool>());
        Assert.True(run.State("centers").Equals(centers)); // they do not learn
        using var random = new RandomSource(1);
        run.Model.OnEpochStarting(new EpochContext(1, 10, 6, random, _ => throw new NotSupportedException("It reads."), _ => { }));
        Assert.True(run.State("memory").Equals(after));
        Assert.False(run.State("centers").Equals(centers));
    }

    [Fact]
    public void Images_that_nobody_has_read_are_in_no_cluster()
    {
        using var scope = NewDisposeScope();
        using var run = new JointRun(new DeepClusterTask(new DeepClusterOptions { Clusters = 2 }));
        using var some = new PretextInput([run.Input.Images.narrow(0, 0, 4)], arange(4, int64, CPU).mul(1));
        using var random = new RandomSource(1);
        run.Model.OnEpochStarting(new EpochContext(0, 10, 6, random, _ => [some], _ => { }));
        var clusters = run.State("clusters");
        Assert.True(clusters.narrow(1, 0, 4).ge(0).all().item<bool>());
        Assert.True(clusters.narrow(1, 4, 2).eq(-1).all().item<bool>());
        Assert.True(float.IsFinite(run.Step(0).First().Value));
    }

    [Fact]
    public void Fewer_images_than_clusters_are_as_many_clusters()
    {
        using var scope = NewDisposeScope();
        using var second = new JointRun(new DeepClusterTask());
        Assert.Equal(6, second.State("centers").shape[1]);
        using var first = new JointRun(new DeepClusterTask(First with { Clusters = 100 }));
        Assert.Equal(6, first.State("head.weight").shape[0]);
    }

    [Fact]
    public void The_first_form_draws_a_new_layer_and_an_even_order_before_every_epoch()
    {
        using var scope = NewDisposeScope();
        using var run = new JointRun(new DeepClusterTask(First), count: 12);
        var (reset, weights) = (new List<nn.Module>(), new List<Tensor>());
        for (var epoch = 0; epoch < 2; epoch++)
        {
            using var random = new RandomSource((ulong)epoch);
            var context = new EpochContext(epoch, 2, 12, random, _ => [run.Input], reset.Add);
            run.Model.OnEpochStarting(context);
            weights.Add(run.State("head.weight"));
            var clusters = run.State("clusters").data<long>().ToArray();
            var used = clusters.Distinct().Count();
            var counts = context.Order!.GroupBy(image => clusters[image]).Select(group => group.Count()).ToArray();
            Assert.Equal(used, counts.Length);
            Assert.All(counts, count => Assert.InRange(count, 12 / used + 1 - used, 12 / used + 1));
            Assert.InRange(weights[^1].std().item<float>(), 0.008f, 0.012f);
            Assert.Equal(0, run.State("head.bias").abs().sum().item<float>());
            Assert.Equal(epoch + 1, reset.Count);
        }
        Assert.False(weights[0].Equals(weights[1]));
        Assert.True(run.Encoder.training);
    }

    [Fact]
    public void Both_forms_have_names_of_their_own_and_show_the_clusters()
    {
        foreach (var (task, name) in new[] { (new DeepClusterTask(), "deepcluster"), (new DeepClusterTask(First), "deepcluster-v1") })
        {
            using var scope = NewDisposeScope();
            Assert.Equal(name, task.Name);
            using var run = new JointRun(task);
            run.Model.StartEpoch(run.Input);
            using var batch = PretextBatch.OfViews(run.Input);
            var grid = task.Preview(batch, run.Model);
            Assert.Equal(6, grid.Rows.Count);
            Assert.All(grid.Rows.SelectMany(row => row), cell => Assert.Matches("^cluster [0-9]+$", cell.Caption));
        }
    }

    [Fact]
    public void Options_out_of_their_range_are_refused()
    {
        Assert.Contains("DeepClusterOptions.Form is 7", Refusal(new() { Form = (DeepClusterForm)7 }));
        Assert.Contains("DeepClusterOptions.Clusters is 1", Refusal(new() { Clusters = 1 }));
        Assert.Contains("DeepClusterOptions.Clusterings is 0", Refusal(new() { Clusterings = 0 }));
        Assert.Contains("DeepClusterOptions.LocalCrops is -1", Refusal(new() { LocalCrops = -1 }));

        static string Refusal(DeepClusterOptions options) => Assert.Throws<ArgumentException>(() => new DeepClusterTask(options)).Message;
    }
}
