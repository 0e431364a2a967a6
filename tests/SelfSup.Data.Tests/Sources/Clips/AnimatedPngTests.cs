using System.Buffers.Binary;
using SelfSup.Data.Tests.Decoding;
using SelfSup.Data.Tests.Decoding.Fuzzing;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources.Clips;

public sealed class AnimatedPngTests : IDisposable
{
    private sealed record Frame(int Left, int Top, int Width, int Height, SKColor Color, byte Disposal = 0, byte Blend = 0);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Writes an animation of rectangles; with a picture that is no frame of it if that is wanted.</summary>
    private static byte[] Write(int width, int height, bool hidden, params Frame[] frames)
    {
        var first = Still(width, height, hidden ? SKColors.Gray : frames[0].Color);
        byte[] png = [.. first[..33], .. Chunk("acTL"u8, [.. Number(frames.Length), 0, 0, 0, 0])];
        if (hidden)
            png = [.. png, .. Chunk("IDAT"u8, DataOf(first))];
        var sequence = 0;
        for (var i = 0; i < frames.Length; i++)
        {
            var frame = frames[i];
            byte[] place = [.. Number(frame.Width), .. Number(frame.Height), .. Number(frame.Left), .. Number(frame.Top)];
            png = [.. png, .. Chunk("fcTL"u8, [.. Number(sequence++), .. place, 0, 1, 0, 10, frame.Disposal, frame.Blend])];
            var data = DataOf(Still(frame.Width, frame.Height, frame.Color));
            if (i == 0 && !hidden)
                png = [.. png, .. Chunk("IDAT"u8, data)];
            else
                png = [.. png, .. Chunk("fdAT"u8, [.. Number(sequence++), .. data[..5]]), .. Chunk("fdAT"u8, [.. Number(sequence++), .. data[5..]])];
        }
        png = [.. png, .. Chunk("IEND"u8, [])];
        PngWriter.MendChecksums(png);
        return png;
    }

    // Skia writes what is opaque without opacity, so a corner is left a little clear to keep every frame of one kind.
    private static byte[] Still(int width, int height, SKColor color) =>
        EncodedImage.Make(
            width, height, (x, y) => x + y == width + height - 2 ? color.WithAlpha(Math.Min((byte)254, color.Alpha)) : color, SKEncodedImageFormat.Png);

    private static byte[] DataOf(byte[] png)
    {
        var data = new List<byte>();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (png.AsSpan(at + 4).StartsWith("IDAT"u8))
                data.AddRange(png[(at + 8)..(at + 8 + length)]);
            at += 12 + length;
        }
        return [.. data];
    }

    private static byte[] Number(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content) => [.. Number(content.Length), .. type, .. content, 0, 0, 0, 0];

    private SKColor[] Read(byte[] file, int frames, int x, int y, int clip = 0, int stride = 1)
    {
        folder.Write("a.png", file);
        var clips = ClipFolder.Open(folder.Path, new() { Frames = frames, Stride = stride });
        var pixels = new byte[frames * 3 * 64];
        clips.Read(clip, 8, pixels);
        return [.. pixels.Chunk(192).Select(frame => EncodedImage.At(frame, 8, x, y))];
    }

    private static readonly Frame[] all =
    [
        new(0, 0, 8, 8, SKColors.Red), new(0, 0, 4, 4, SKColors.Lime, Disposal: 2), new(4, 4, 4, 4, SKColors.Blue),
        new(0, 0, 4, 4, SKColors.Blue, Disposal: 1), new(4, 0, 4, 4, new(0, 255, 0, 128), Blend: 1), new(0, 4, 4, 4, SKColors.Transparent, Blend: 0),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Frames_are_drawn_over_each_other_as_the_file_says(bool hidden)
    {
        var file = Write(8, 8, hidden, all);
        Assert.Equal([SKColors.Red, SKColors.Lime, SKColors.Red, SKColors.Blue, SKColors.White, SKColors.White], Read(file, 6, 1, 1));
        Assert.Equal([SKColors.Red, SKColors.Red, SKColors.Blue, SKColors.Blue, SKColors.Blue, SKColors.Blue], Read(file, 6, 6, 6));
        EncodedImage.AssertNear(new(127, 128, 0), Read(file, 6, 6, 1)[4], 1);
        Assert.Equal([SKColors.Red, SKColors.White], Read(file, 6, 1, 6)[4..]);
    }

    [Fact]
    public void A_later_clip_shows_what_a_reader_from_the_start_sees()
    {
        var file = Write(8, 8, false, [.. all, .. all]);
        foreach (var (x, y) in ((int, int)[])[(1, 1), (6, 6), (6, 1), (1, 6)])
        {
            var whole = Read(file, 12, x, y);
            for (var clip = 0; clip < 4; clip++)
                Assert.Equal([whole[3 * clip], whole[3 * clip + 2]], Read(file, 2, x, y, clip, stride: 2));
        }
    }

    [Fact]
    public void A_still_PNG_is_a_frame_of_its_folder()
    {
        folder.Write("walk/1.png", Still(8, 8, SKColors.Red));
        folder.Write("walk/2.png", Still(8, 8, SKColors.Blue));
        folder.Write("walk/moving.png", Write(8, 8, false, all));
        var clips = ClipFolder.Open(folder.Path, new() { Frames = 2 });
        Assert.Equal(
            ["walk", "walk/moving.png, frames 0 to 1", "walk/moving.png, frames 2 to 3", "walk/moving.png, frames 4 to 5"],
            Enumerable.Range(0, clips.Count).Select(clips.NameOf));
    }

    [Fact]
    public void Damaged_or_gigantic_animations_fail_with_the_reason()
    {
        var outside = Write(8, 8, false, new Frame(0, 0, 8, 8, SKColors.Red), new Frame(5, 0, 4, 4, SKColors.Lime));
        Assert.Contains("within the picture", Assert.Throws<ImageReadException>(() => Read(outside, 2, 0, 0)).Message);
        var huge = Write(8, 8, false, all);
        BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(16), 100_000);
        BinaryPrimitives.WriteInt32BigEndian(huge.AsSpan(20), 100_000);
        Assert.Contains("limit", Assert.Throws<ImageReadException>(() => Read(huge, 2, 0, 0)).Message);
        var file = Write(8, 8, false, all);
        for (var number = 0; number < 300; number++)
        {
            var random = new Random(number);
            var mutant = (byte[])file.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
                mutant[random.Next(33, mutant.Length)] = (byte)random.Next(256);
            if (number % 2 == 0)
                PngWriter.MendChecksums(mutant);
            if (Record.Exception(() => Read(mutant, 2, 0, 0)) is { } error)
                Assert.True(error is ImageReadException or InvalidDataException, $"mutant {number}: {error}");
        }
    }
}
