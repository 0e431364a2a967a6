namespace SelfSup.Data.Tests.Sources.Clips;

public class ProceduralClipsTests
{
    private static byte[] Read(IImageSource source, int index, int size)
    {
        var pixels = new byte[source.Frames * 3 * size * size];
        source.Read(index, size, pixels);
        return pixels;
    }

    [Fact]
    public void A_clip_depends_on_seed_and_index_alone()
    {
        var clips = new ProceduralClips(16, frames: 5, seed: 2);
        var alone = Enumerable.Range(0, 16).Select(i => Read(clips, i, 16)).ToArray();
        var other = new ProceduralClips(100, frames: 5, seed: 2);
        Parallel.For(0, 16, i => Assert.Equal(alone[15 - i], Read(other, 15 - i, 16)));
        Assert.Equal(16, alone.Select(Convert.ToHexString).Distinct().Count());
        Assert.NotEqual(alone[0], Read(new ProceduralClips(16, frames: 5, seed: 3), 0, 16));
        // More frames go on where fewer end.
        Assert.Equal(alone[7], Read(new ProceduralClips(16, frames: 9, seed: 2), 7, 16)[..alone[7].Length]);
    }

    [Fact]
    public void The_thing_moves_in_every_frame_and_nothing_else_does()
    {
        var clips = new ProceduralClips(24, seed: 1);
        Assert.Equal(24, ClipMotion.FindMoving(clips).Count);
        for (var i = 0; i < clips.Count; i++)
        {
            var frames = Read(clips, i, 32).Chunk(3 * 32 * 32).ToArray();
            for (var t = 1; t < frames.Length; t++)
            {
                var same = frames[t].Zip(frames[t - 1]).Count(pair => pair.First == pair.Second) / (double)frames[t].Length;
                Assert.InRange(same, 0.4, 0.999);
            }
        }
    }

    [Fact]
    public void Classes_are_balanced()
    {
        var clips = new ProceduralClips(17, frames: 2);
        Assert.Equal([0, 1, 7, 0, 0], ((int[])[0, 1, 7, 8, 16]).Select(clips.LabelOf));
        Assert.Throws<ArgumentOutOfRangeException>(() => clips.LabelOf(17));
    }
}
