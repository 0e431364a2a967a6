using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;

namespace SelfSup.Tests.Training;

/// <summary>Too few images, in a batch or in all.</summary>
public class SmallBatchTests
{
    private const int Side = 32;

    public static TheoryData<string> Names => [.. KnownTasks.Names];

    /// <summary>A batch of two of which one image cannot be read, among 21 images: no last batch is whole.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void An_image_that_is_left_over_by_itself_stops_no_task(string name)
    {
        using var folder = new TemporaryFolder();
        var task = KnownTasks.Create(name);
        using Encoder encoder = task.CreateEncoder(Side);
        var images = Draw(task, 21, unreadable: 6);
        var result = Pretraining.Run(
            encoder, [new WeightedTask(task)], images, new() { Epochs = 1, BatchSize = 2, HeldOut = Draw(task, 3), RunFolder = folder.Path });
        Assert.Equal(10, result.Steps);
        Assert.Equal("image 6", Assert.Single(result.Failures).Name);
        Assert.DoesNotContain(result.Warnings, warning => warning is not (MetricWarning or ShortRunWarning));
        Assert.Contains($"held_out/{name}", string.Join(' ', result.Metrics.Keys));
    }

    [Fact]
    public void Fewer_images_than_a_batch_are_a_warning_and_one_is_refused()
    {
        var task = new RotationTask();
        using var encoder = new ConvNet(Side);
        var result = Pretraining.Run(encoder, [new WeightedTask(task)], Draw(task, 5), new() { Epochs = 1, BatchSize = 8 });
        var warning = Assert.Single(result.Warnings, warning => warning is not (MetricWarning or ShortRunWarning));
        Assert.Contains("5 images, fewer than the 8 of a batch", warning.Message);
        Assert.IsType<ShortRunWarning>(Assert.Single(
            Pretraining.Run(encoder, [new WeightedTask(task)], Draw(task, 8), new() { Epochs = 1, BatchSize = 8 }).Warnings));
        var message = Assert.Throws<ArgumentException>(
            () => Pretraining.Run(encoder, [new WeightedTask(task)], Draw(task, 1), new() { Epochs = 1, BatchSize = 8 })).Message;
        Assert.Contains("at least two", message);
    }

    [Fact]
    public void Held_out_images_of_which_no_two_can_be_read_are_refused()
    {
        var task = new RotationTask();
        using var encoder = new ConvNet(Side);
        var options = new PretrainingOptions { Epochs = 1, BatchSize = 4, MaxFailureRatio = 1, HeldOut = Draw(task, 2, unreadable: 1) };
        var message = Assert.Throws<InvalidDataException>(() => Pretraining.Run(encoder, [new WeightedTask(task)], Draw(task, 8), options)).Message;
        Assert.Contains("held-out", message);
        Assert.Contains("image 1: it is a test", message);
    }

    [Fact]
    public void Pretraining_asks_for_other_squares_in_every_epoch_and_evaluation_for_the_center()
    {
        var task = new RotationTask();
        using var encoder = new ConvNet(Side);
        var (images, heldOut) = (new Places(Draw(task, 8)), new Places(Draw(task, 4)));
        Pretraining.Run(encoder, [new WeightedTask(task)], images, new() { Epochs = 3, BatchSize = 4, HeldOut = heldOut });
        Assert.Equal(24, images.Asked.Count);
        Assert.Equal(24, images.Asked.Distinct().Count());
        Assert.All(images.Asked, place => Assert.InRange(place, 0, 1));
        Assert.Equal(12, heldOut.Centers);
        Assert.Empty(heldOut.Asked);
    }

    private static Source Draw(IPretextTask task, int count, int? unreadable = null)
    {
        using var pixels = TestImages.For(task, count, Side);
        return new(new InMemoryImages(pixels.bytes.ToArray(), Side, frames: task.MinimumFrames()), unreadable);
    }

    private sealed class Source(IImageSource images, int? unreadable) : IImageSource
    {
        public int Count => images.Count;

        public int Frames => images.Frames;

        public string NameOf(int index) => images.NameOf(index);

        public void Read(int index, int size, Span<byte> pixels)
        {
            if (index == unreadable)
                throw new ImageReadException("it is a test");
            images.Read(index, size, pixels);
        }
    }

    /// <summary>Notes where squares are asked for.</summary>
    private sealed class Places(IImageSource images) : IImageSource
    {
        public System.Collections.Concurrent.ConcurrentBag<double> Asked { get; } = [];

        public int Centers;

        public int Count => images.Count;

        public string NameOf(int index) => images.NameOf(index);

        public void Read(int index, int size, Span<byte> pixels)
        {
            Interlocked.Increment(ref Centers);
            images.Read(index, size, pixels);
        }

        public void Read(int index, int size, double place, Span<byte> pixels)
        {
            Asked.Add(place);
            images.Read(index, size, pixels);
        }
    }
}
