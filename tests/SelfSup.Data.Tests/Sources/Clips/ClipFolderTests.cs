using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources.Clips;

public sealed class ClipFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Writes frames of gray 10, 20 and so on.</summary>
    private void WriteFrames(string path, int count)
    {
        for (var i = 1; i <= count; i++)
        {
            var gray = (byte)(10 * i);
            folder.Write($"{path}/frame{i}.png", EncodedImage.Make(4, 4, (_, _) => new SKColor(gray, gray, gray), SKEncodedImageFormat.Png));
        }
    }

    private static int[] FirstBytes(IImageSource clips, int index)
    {
        var pixels = new byte[clips.Frames * 12];
        clips.Read(index, 2, pixels);
        return [.. pixels.Chunk(12).Select(frame => (int)frame[0])];
    }

    [Fact]
    public void A_video_is_cut_without_overlap_in_the_order_of_its_numbers()
    {
        WriteFrames("a/walk", 12);
        var clips = ClipFolder.Open(folder.Path, new() { Frames = 3, Stride = 2 });
        Assert.Equal((2, 3), (clips.Count, clips.Frames));
        Assert.Equal([10, 30, 50], FirstBytes(clips, 0));
        Assert.Equal([60, 80, 100], FirstBytes(clips, 1));
        Assert.Equal("a/walk, frames 5 to 9", clips.NameOf(1));
    }

    [Fact]
    public void A_folder_of_frames_can_be_the_only_video()
    {
        WriteFrames("walk", 4);
        var clips = ClipFolder.Open(folder["walk"], new() { Frames = 4 });
        Assert.Equal("walk", clips.NameOf(0));
        Assert.Equal([10, 20, 30, 40], FirstBytes(clips, 0));
    }

    [Fact]
    public void A_video_that_is_too_short_is_left_out_by_name()
    {
        WriteFrames("long", 4);
        WriteFrames("short", 3);
        var loader = new ImageLoader(
            ClipFolder.Open(folder.Path, new() { Frames = 4 }), new() { ImageSize = 2, Shuffle = false, MaxFailureRatio = 0.5 });
        using var batch = Assert.Single(loader.ReadEpoch(0));
        Assert.Equal([0], batch.Indices);
        var failure = Assert.Single(loader.Failures);
        Assert.Equal("short", failure.Name);
        Assert.Contains("3 frames", failure.Reason);
        Assert.Contains("needs 4", failure.Reason);
    }

    [Fact]
    public void Videos_that_are_all_too_short_are_refused_at_opening()
    {
        WriteFrames("short", 3);
        var message = Assert.Throws<InvalidDataException>(() => ClipFolder.Open(folder.Path, new() { Frames = 3, Stride = 2 })).Message;
        Assert.Contains("'short' has 3 frames", message);
        Assert.Contains("stride of 2 needs 5", message);
        Assert.Throws<ArgumentException>(() => ClipFolder.Open(folder.Path, new() { Frames = 1 }));
        Assert.Throws<ArgumentException>(() => ClipFolder.Open(folder.Path, new() { Stride = 0 }));
        Assert.Throws<ArgumentException>(() => ClipFolder.Open(folder.Path, new() { Frames = 3, Stride = int.MaxValue }));
    }

    [Fact]
    public void An_unreadable_frame_is_named()
    {
        WriteFrames("walk", 4);
        folder.Write("walk/frame3.png", []);
        var clips = ClipFolder.Open(folder.Path, new() { Frames = 4 });
        var error = Assert.Throws<ImageReadException>(() => FirstBytes(clips, 0));
        Assert.Contains("frame3.png", error.Message);
        Assert.Contains("empty", error.Message);
    }

    [Fact]
    public void The_first_sub_folder_is_the_label()
    {
        WriteFrames("run", 2);
        WriteFrames("walk/a", 4);
        WriteFrames("walk/b/c", 2);
        var clips = ClipFolder.OpenLabeled(folder.Path, new() { Frames = 2 });
        Assert.Equal(["run", "walk"], clips.ClassNames);
        Assert.Equal(["run", "walk/a, frames 0 to 1", "walk/a, frames 2 to 3", "walk/b/c"], Enumerable.Range(0, 4).Select(clips.NameOf));
        Assert.Equal([0, 1, 1, 1], Enumerable.Range(0, 4).Select(clips.LabelOf));
        Assert.Equal(2, clips.Frames);
        Directory.Delete(folder["run"], recursive: true);
        var one = Assert.Throws<InvalidDataException>(() => ClipFolder.OpenLabeled(folder.Path, new() { Frames = 2 }));
        Assert.Contains("videos in one sub-folder only, 'walk'", one.Message);
        var none = Assert.Throws<InvalidDataException>(() => ClipFolder.OpenLabeled(folder["walk/a"], new() { Frames = 2 }));
        Assert.Contains("not in the sub-folder of a class", none.Message);
    }

    [Fact]
    public void The_fingerprint_changes_with_options_and_files()
    {
        WriteFrames("walk", 8);
        ulong Fingerprint(int frames, int stride) => ClipFolder.Open(folder.Path, new() { Frames = frames, Stride = stride }).GetFingerprint();
        var before = Fingerprint(4, 1);
        Assert.Equal(before, Fingerprint(4, 1));
        Assert.NotEqual(before, Fingerprint(2, 1));
        Assert.NotEqual(before, Fingerprint(4, 2));
        WriteFrames("walk", 7);
        folder.Write("walk/frame8.png", [1]);
        Assert.NotEqual(before, Fingerprint(4, 1));
    }

    [Theory]
    [InlineData("frame2.png", "frame10.png")]
    [InlineData("a9/b", "a10/a")]
    [InlineData("01.png", "1.png")]
    [InlineData("a", "a1")]
    [InlineData("007", "8")]
    public void Numbers_in_names_are_ordered_by_value(string first, string second)
    {
        Assert.True(NaturalOrder.Instance.Compare(first, second) < 0);
        Assert.True(NaturalOrder.Instance.Compare(second, first) > 0);
        Assert.Equal(0, NaturalOrder.Instance.Compare(first, first));
    }
}
