using SelfSup.Data.Tests.Packing;

namespace SelfSup.Data.Tests.Loading;

/// <summary>Clips take the way of images: through subsets, labels, packing and batches.</summary>
public sealed class ClipLoadingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static byte[] Read(IImageSource source, int index, int size)
    {
        var pixels = new byte[source.Frames * 3 * size * size];
        source.Read(index, size, pixels);
        return pixels;
    }

    [Fact]
    public void Batches_hold_whole_clips_in_the_order_of_images()
    {
        var source = new NumberedImages(20, i => i == 6) { Frames = 3 };
        var loader = new ImageLoader(source, new() { ImageSize = 4, BatchSize = 8, Workers = 3, Seed = 5 });
        var images = new ImageLoader(new NumberedImages(20, i => i == 6), new() { ImageSize = 4, BatchSize = 8, Workers = 2, Seed = 5 });
        foreach (var (batch, same) in loader.ReadEpoch(1).Zip(images.ReadEpoch(1)))
        {
            using (batch)
            using (same)
            {
                Assert.Equal(same.Indices, batch.Indices);
                Assert.Equal((3, 1), (batch.Frames, same.Frames));
                Assert.Equal(batch.Count * 3 * 48, batch.ByteCount);
                for (var i = 0; i < batch.Count; i++)
                    Assert.Equal(Read(source, batch.Indices[i], 4), batch.Pixels[(i * 144)..((i + 1) * 144)]);
            }
        }
        Assert.Equal(["folder/6.png"], loader.Failures.Select(failure => failure.Name));
    }

    [Fact]
    public void Sources_over_clips_are_sources_of_clips()
    {
        var clips = new NumberedImages(6) { Frames = 4 };
        IImageSource[] wrappers =
        [
            new ImageSubset(clips, [2, 3]), new LabeledSubset(clips, [2, 3]),
            new LabeledImages(new ImageSubset(clips, [2, 3]), [0, 1]), LabeledImages.OfClasses(clips, name => name != "ü"),
        ];
        Assert.All(wrappers, wrapper => Assert.Equal(4, wrapper.Frames));
        Assert.All(wrappers[..3], wrapper => Assert.Equal(Read(clips, 3, 5), Read(wrapper, 1, 5)));
    }

    [Fact]
    public void Clips_in_memory_are_resized_frame_by_frame()
    {
        var bytes = Read(new NumberedImages(1) { Frames = 3 }, 0, 6);
        var clip = Read(new InMemoryImages(bytes, 6, frames: 3), 0, 4);
        var frames = new InMemoryImages(bytes, 6);
        Assert.Equal(Enumerable.Range(0, 3).SelectMany(i => Read(frames, i, 4)), clip);
        Assert.Throws<ArgumentException>(() => new InMemoryImages(bytes, 6, frames: 2));
    }

    [Fact]
    public async Task Packed_clips_are_what_the_source_gave()
    {
        var source = new NumberedImages(30, i => i == 4) { Frames = 5 };
        var path = folder["clips.pack"];
        using (var packed = await PackedImages.OpenOrPackAsync(source, path, new() { ImageSize = 8, Workers = 2 }))
        {
            Assert.Equal((29, 5), (packed.Count, packed.Frames));
            Assert.Equal(["folder/4.png"], packed.Failures.Select(failure => failure.Name));
            for (var i = 0; i < packed.Count; i++)
                Assert.Equal(Read(source, i < 4 ? i : i + 1, 8), Read(packed, i, 8));
            Assert.Equal(Read(new InMemoryImages(Read(source, 9, 8), 8, frames: 5), 0, 6), Read(packed, 8, 6));
            packed.Verify();
        }
        var reads = source.Reads;
        (await PackedImages.OpenOrPackAsync(source, path, new() { ImageSize = 8 })).Dispose();
        Assert.Equal(reads, source.Reads);
        // The same names with another number of frames are other clips.
        using var longer = await PackedImages.OpenOrPackAsync(new NumberedImages(30) { Frames = 6 }, path, new() { ImageSize = 8 });
        Assert.Equal((30, 6), (longer.Count, longer.Frames));
    }

    [Fact]
    public void Batches_of_more_than_2_GB_are_refused()
    {
        var clips = new NumberedImages(10_000) { Frames = 1000 };
        var error = Assert.Throws<ArgumentException>(() => new ImageLoader(clips, new() { ImageSize = 224, BatchSize = 64 }));
        Assert.Contains("64 clips of 1000 frames", error.Message);
    }
}
