using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

public class EpochContextTests
{
    private const int Count = 12, BatchSize = 4;

    [Fact]
    public void An_epoch_reads_in_the_order_that_the_task_chose()
    {
        int[] order = [3, 3, 3, 0, 11, 1, 11, 2, 7, 6, 5, 4];
        var read = new List<long>();
        Run(new HookedTask
        {
            EpochStarting = epoch =>
            {
                if (epoch.Epoch == 0)
                    epoch.UseOrder(order);
            },
            Generating = Recording(read),
        });
        Assert.Equal(order.Select(index => (long)index), read.Take(Count));
        // The next epoch has the run's own order, with every image once.
        Assert.NotEqual(order.Select(index => (long)index), read.Skip(Count));
        Assert.Equal(Enumerable.Range(0, Count).Select(index => (long)index), read.Skip(Count).Order());
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12)]
    [InlineData(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -1)]
    public void A_wrong_order_is_refused(params int[] order)
    {
        var error = Assert.Throws<ArgumentException>(() => Run(new HookedTask { EpochStarting = epoch => epoch.UseOrder(order) }));
        Assert.Contains("12 indices in 0..11", error.Message);
    }

    [Fact]
    public void Two_tasks_that_choose_an_order_are_refused()
    {
        Action<EpochContext> choose = epoch => epoch.UseOrder([.. Enumerable.Range(0, Count)]);
        var error = Assert.Throws<InvalidOperationException>(() => Run(
            new HookedTask { EpochStarting = choose }, new HookedTask("other") { EpochStarting = choose }));
        Assert.Contains("'other' chooses the order", error.Message);
        // A task that chooses none follows the other's.
        var read = new List<long>();
        Run(new HookedTask { EpochStarting = choose }, new HookedTask("other") { Generating = Recording(read) });
        Assert.Equal(Enumerable.Range(0, Count).Select(index => (long)index), read.Take(Count));
    }

    [Fact]
    public void All_images_are_read_once_and_mixed_at_the_encoders_size()
    {
        var images = new ProceduralImages(Count, seed: 2);
        var seen = new List<(int Epoch, long Index, long Side, float Mean)>();
        Run(new HookedTask
        {
            // Large crops of small parts are read at a larger size; the pass before an epoch is not.
            AskedViews = [new(new() { MinimumArea = 0.05, MaximumArea = 0.1 })],
            EpochStarting = epoch =>
            {
                Assert.Equal((2, Count), (epoch.Epochs, epoch.ImageCount));
                foreach (var input in epoch.ReadImages())
                {
                    using var means = input.Images.to(ScalarType.Float32).mean([1, 2, 3]);
                    seen.AddRange(input.Indices.data<long>().Zip(means.data<float>(), (index, mean) => (epoch.Epoch, index, input.Images.shape[3], mean)));
                }
            },
        });
        int[] all = [.. Enumerable.Range(0, Count)];
        Assert.All(seen.GroupBy(image => image.Epoch), epoch => Assert.Equal(all, epoch.Select(image => (int)image.Index).Order()));
        Assert.Equal(2, seen.DistinctBy(image => image.Epoch).Count());
        // A source may be sorted by class, and batches of one class would give normalization their own statistics.
        Assert.NotEqual(all, seen.Take(Count).Select(image => (int)image.Index));
        var pixels = new byte[3 * 32 * 32];
        Assert.All(seen, image =>
        {
            images.Read((int)image.Index, 32, pixels);
            Assert.Equal(32, image.Side);
            Assert.Equal(pixels.Average(value => (double)value), image.Mean, 0.01);
        });
    }

    [Fact]
    public void A_task_may_ask_for_another_size()
    {
        var sides = new List<long>();
        Run(new HookedTask
        {
            EpochStarting = epoch => sides.AddRange(new int?[] { 48, null }.SelectMany(size => epoch.ReadImages(size).Select(input => input.Images.shape[3]).Distinct())),
        });
        Assert.Equal([48, 32, 48, 32], sides);
    }

    [Fact]
    public void A_renewed_head_starts_with_a_fresh_optimizer()
    {
        nn.Module<Tensor, Tensor>? head = null;
        using var encoder = new ConvNet(32);
        using var step = new TrainingStep(encoder, [new WeightedTask(new HookedTask())], Count, new(), CPU);
        head = step.Learners[0].Model.named_children().OfType<(string, nn.Module)>().Select(pair => pair.Item2).OfType<nn.Module<Tensor, Tensor>>().First();
        using var images = TestImages.Colorful(4, 32);
        using var input = PretextInput.Of(images);
        step.Run([input], 0, 10, 0).Dispose();
        step.ResetOptimizers(head);
        var momenta = step.State().Where(pair => pair.Key.StartsWith("optimizer0.", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, momenta.Count(pair => pair.Key.Contains("hooked.head")));
        Assert.All(momenta, pair => Assert.Equal(pair.Key.Contains("hooked.head"), pair.Value.abs().max().item<float>() == 0));
    }

    private static Func<PretextInput, RandomSource, PretextBatch> Recording(List<long> indices) => (input, _) =>
    {
        indices.AddRange(input.Indices.data<long>());
        return PretextBatch.OfViews(input);
    };

    private static void Run(params HookedTask[] tasks)
    {
        using var encoder = new ConvNet(32);
        Pretraining.Run(encoder, [.. tasks.Select(task => new WeightedTask(task))], new ProceduralImages(Count, seed: 2), new() { Epochs = 2, BatchSize = BatchSize });
    }
}
