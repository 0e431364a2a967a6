namespace SelfSup.Data.Tests.Sources.Clips;

public class ClipMotionTests
{
    [Fact]
    public void Motion_is_the_mean_difference_of_consecutive_frames()
    {
        // Gray levels, a frame each: 10, 12, 11.
        byte[] pixels = [.. new byte[] { 10, 12, 11 }.SelectMany(level => Enumerable.Repeat(level, 3 * 16))];
        Assert.Equal(1.5, ClipMotion.Measure(new InMemoryImages(pixels, 4, frames: 3), 0));
    }

    [Fact]
    public void Still_clips_are_left_out_and_unreadable_ones_are_not()
    {
        var source = new Clips(6);
        Assert.Equal([1, 3, 4, 5], ClipMotion.FindMoving(source));
        Assert.Equal([4], ClipMotion.FindMoving(source, minimum: 100));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => ClipMotion.FindMoving(source, cancellationToken: cancelled.Token));
    }

    [Fact]
    public void Single_images_have_no_motion()
    {
        Assert.Contains("single images", Assert.Throws<ArgumentException>(() => ClipMotion.Measure(new TestImages(1), 0)).Message);
        Assert.Throws<ArgumentException>(() => ClipMotion.FindMoving(new TestImages(3)));
    }

    /// <summary>Odd clips move by two levels a frame, clip 4 cannot be read.</summary>
    private sealed class Clips(int count) : IImageSource
    {
        public int Count => count;

        public int Frames => 4;

        public string NameOf(int index) => $"clip {index}";

        public void Read(int index, int size, Span<byte> pixels)
        {
            if (index == 4)
                throw new ImageReadException("broken");
            var frameBytes = 3 * size * size;
            for (var i = 0; i < pixels.Length; i++)
                pixels[i] = (byte)(50 + (index % 2 == 1 ? 2 * (i / frameBytes) : 0));
        }
    }
}
