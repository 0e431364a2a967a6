using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources.Clips;

public sealed class AnimationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static SKColor[] At(IImageSource clips, int index, int size, int x, int y)
    {
        var pixels = new byte[clips.Frames * 3 * size * size];
        clips.Read(index, size, pixels);
        return [.. pixels.Chunk(3 * size * size).Select(frame => EncodedImage.At(frame, size, x, y))];
    }

    private static SKColor[] Colors(params int[] numbers) => [.. numbers.Select(number => number < 0 ? SKColors.White : AnimatedFile.Colors[number])];

    private ClipFolder Open(byte[] file, int frames, int stride = 1, string name = "a.gif")
    {
        folder.Write(name, file);
        return ClipFolder.Open(folder.Path, new() { Frames = frames, Stride = stride });
    }

    [Fact]
    public void Frames_are_drawn_over_each_other_as_the_file_says()
    {
        var clips = Open(
            AnimatedFile.Gif(
                8, 8, new(0, 0, 8, 8, 1), new(0, 0, 4, 4, 2, Disposal: 3), new(4, 4, 4, 4, 3), new(0, 0, 4, 4, 3, Disposal: 2), new(4, 0, 4, 4, 2)),
            frames: 5);
        Assert.Equal((1, 5), (clips.Count, clips.Frames));
        Assert.Equal("a.gif", clips.NameOf(0));
        // Green is taken away again, blue stays, and what is cleared is white, as transparency is.
        Assert.Equal(Colors(1, 2, 1, 3, -1), At(clips, 0, 8, 1, 1));
        Assert.Equal(Colors(1, 1, 3, 3, 3), At(clips, 0, 8, 6, 6));
        Assert.Equal(Colors(1, 1, 1, 1, 2), At(clips, 0, 8, 6, 1));
    }

    [Fact]
    public void A_later_clip_shows_what_a_reader_from_the_start_sees()
    {
        var frames = Enumerable.Range(0, 12).Select(i => i == 0
            ? new AnimatedFrame(0, 0, 8, 8, 1)
            : new AnimatedFrame(i % 4 * 2, i % 3 * 2, 2, 2, i % 4, Disposal: 1 + i % 3)).ToArray();
        var file = AnimatedFile.Gif(8, 8, frames);
        var all = Open(file, frames: 12);
        var whole = new byte[12 * 3 * 64];
        all.Read(0, 8, whole);
        var parts = Open(file, frames: 2, stride: 2);
        Assert.Equal(4, parts.Count);
        Assert.Equal("a.gif, frames 3 to 5", parts.NameOf(1));
        for (var clip = 0; clip < 4; clip++)
        {
            var part = new byte[2 * 3 * 64];
            parts.Read(clip, 8, part);
            byte[] expected = [.. whole.Chunk(192).Skip(3 * clip).Take(3).Where((_, i) => i != 1).SelectMany(frame => frame)];
            Assert.Equal(expected, part);
        }
    }

    [Fact]
    public void Animated_WebP_files_are_clips_too()
    {
        var clips = Open(AnimatedFile.WebP(12, 8, 1, 2, 3, 0), frames: 2, name: "deep/b.WEBP");
        Assert.Equal(2, clips.Count);
        Assert.Equal(Colors(3, 0), At(clips, 1, 4, 1, 1));
        Assert.Equal("deep/b.WEBP, frames 2 to 3", clips.NameOf(1));
    }

    [Fact]
    public void A_still_GIF_is_a_frame_of_its_folder()
    {
        folder.Write("walk/2.gif", AnimatedFile.Gif(4, 4, new AnimatedFrame(0, 0, 4, 4, 3)));
        folder.Write("walk/1.png", EncodedImage.Make(4, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Png));
        var clips = Open(AnimatedFile.Gif(4, 4, new(0, 0, 4, 4, 1), new(0, 0, 4, 4, 2)), frames: 2, name: "walk/moving.gif");
        Assert.Equal(["walk", "walk/moving.gif"], Enumerable.Range(0, clips.Count).Select(clips.NameOf));
        Assert.Equal(Colors(1, 3), At(clips, 0, 4, 1, 1));
    }

    [Fact]
    public void Truncated_or_gigantic_animations_fail_with_the_reason()
    {
        var file = AnimatedFile.Gif(64, 64, new(0, 0, 64, 64, 1), new(0, 0, 64, 64, 2));
        byte[] huge = [.. file];
        huge.AsSpan(6, 4).Fill(0xFF);
        Assert.Contains("65535 x 65535", Assert.Throws<ImageReadException>(() => At(Open(huge, frames: 2), 0, 8, 0, 0)).Message);
        Assert.Contains("truncated", Assert.Throws<ImageReadException>(() => At(Open(file[..^20], frames: 2), 0, 8, 0, 0)).Message);
    }

    [Fact]
    public void A_file_that_lost_frames_since_it_was_opened_fails()
    {
        var clips = Open(AnimatedFile.Gif(4, 4, new(0, 0, 4, 4, 1), new(0, 0, 4, 4, 2), new(0, 0, 4, 4, 3)), frames: 3);
        folder.Write("a.gif", AnimatedFile.Gif(4, 4, new(0, 0, 4, 4, 1), new(0, 0, 4, 4, 2)));
        Assert.Contains("2 frames, not the 3", Assert.Throws<ImageReadException>(() => At(clips, 0, 4, 0, 0)).Message);
    }
}
