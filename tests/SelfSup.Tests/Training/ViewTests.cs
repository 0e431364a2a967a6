using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Tests.Training;

public class ViewTests
{
    private static readonly Augmentation SmallPart = new() { MinimumArea = 0.05, MaximumArea = 0.07 };

    [Fact]
    public void Sizes_and_counts_reach_the_task()
    {
        var shapes = new HashSet<string>();
        Run(new HookedTask
        {
            AskedViews = [new(new Augmentation { MinimumArea = 0.4 }, count: 2), new(SmallPart, size: 16, count: 3), new(Augmentation.None, size: 40)],
            Generating = (input, _) =>
            {
                shapes.Add(string.Join(' ', input.Views.Select(view => string.Join('x', view.shape))));
                Assert.All(input.Views, view => Assert.Equal(ScalarType.Byte, view.dtype));
                return PretextBatch.OfViews(input);
            },
        }, new ProceduralImages(8));
        Assert.Equal("4x3x32x32 4x3x32x32 4x3x16x16 4x3x16x16 4x3x16x16 4x3x40x40", Assert.Single(shapes));
    }

    [Fact]
    public void Views_of_one_kind_are_drawn_each_for_itself()
    {
        Run(new HookedTask
        {
            AskedViews = [new(SmallPart, count: 2)],
            Generating = (input, _) =>
            {
                Assert.False(input.Views[0].Equals(input.Views[1]));
                return PretextBatch.OfViews(input);
            },
        }, new ProceduralImages(8));
    }

    [Fact]
    public void A_small_crop_shows_what_a_thumbnail_no_longer_has()
    {
        var deviations = new List<float>();
        var task = new HookedTask
        {
            AskedViews = [new(Augmentation.None), new(SmallPart)],
            Generating = (input, _) =>
            {
                deviations.AddRange(input.Views.Select(view => view.to(ScalarType.Float32).std().item<float>()));
                return PretextBatch.OfViews(input);
            },
        };
        using (var encoder = new ConvNet(32))
            Assert.Equal(64, Pretraining.ReadSizeOf(encoder, [task]));
        // Squares of one pixel of the 64 that are read are an even gray at 32.
        Run(task, new InMemoryImages([.. Enumerable.Range(0, 4 * 3 * 64 * 64).Select(i => (byte)((i % 64 + i / 64) % 2 * 255))], 64));
        Assert.InRange(deviations[0], 0, 2);
        Assert.InRange(deviations[1], 40, 128);
    }

    [Fact]
    public void Indices_are_those_of_the_source()
    {
        var seen = new HashSet<long>();
        // Every image has one level, by its number.
        Run(new HookedTask
        {
            AskedViews = [new(SmallPart, size: 16)],
            Generating = (input, _) =>
            {
                using var means = input.Images.to(ScalarType.Float32).mean([1, 2, 3]);
                Assert.Equal(means.data<float>().Select(mean => (long)mean / 5), input.Indices.data<long>());
                seen.UnionWith(input.Indices.data<long>());
                return PretextBatch.OfViews(input);
            },
        }, new InMemoryImages([.. Enumerable.Range(0, 8 * 3 * 64 * 64).Select(i => (byte)(i / (3 * 64 * 64) * 5))], 64));
        Assert.Equal(8, seen.Count);
    }

    private static void Run(HookedTask task, IImageSource images)
    {
        using var encoder = new ConvNet(32);
        Pretraining.Run(encoder, [new WeightedTask(task)], images, new() { Epochs = 1, BatchSize = 4 });
    }
}
