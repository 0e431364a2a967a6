using SelfSup.Encoders;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks.Clips;

/// <summary>The tasks on clips, each by what its pseudo-labels say of frames that can be told apart.</summary>
public class ClipTaskTests
{
    /// <summary>Clips whose every byte is its frame's number: 0, 1 and so on, plus 100 in the second clip.</summary>
    private static Tensor NumberedFrames(int clips, int frames)
    {
        using var scope = NewDisposeScope();
        return arange(frames, int64).view(1, -1, 1, 1, 1).add(arange(clips, int64).mul_(100).view(-1, 1, 1, 1, 1))
            .expand(clips, frames, 3, 4, 4).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    private static long[][] Numbers(Tensor inputs, int columns) =>
        [.. inputs.flatten(0, -4).select(-1, 0).select(-1, 0).select(-1, 0).to(int64).cpu().data<long>().ToArray().Chunk(columns)];

    [Fact]
    public void FastClipsAreEverySecondFrameAndNormalOnesAreConsecutive()
    {
        using var scope = NewDisposeScope();
        var (starts, backwards) = (new HashSet<long>(), 0);
        for (ulong seed = 0; seed < 20; seed++)
        {
            using var drawn = new SpeedinessTask().Generate(NumberedFrames(2, 17), new RandomSource(seed));
            Assert.Equal([0L, 1, 0, 1], drawn.Targets.data<long>().ToArray());
            foreach (var (frames, i) in Numbers(drawn.Inputs, 8).Select((frames, i) => (frames, i)))
            {
                Assert.All(frames, frame => Assert.InRange(frame - i / 2 * 100, 0, 16));
                var direction = Math.Sign(frames[1] - frames[0]);
                Assert.All(frames.Zip(frames.Skip(1)), pair => Assert.Equal(direction * (1 + i % 2), pair.Second - pair.First));
                starts.Add(frames.Min() % 100);
                backwards += direction < 0 ? 1 : 0;
            }
        }
        Assert.True(starts.Count > 5);
        Assert.InRange(backwards, 20, 60); // of 80
    }

    [Fact]
    public void BothSpeedsOfAClipAreTurnedAlike()
    {
        using var scope = NewDisposeScope();
        var clip = TestImages.Moving(1, 16, 16);
        var turnsSeen = new HashSet<int>();
        for (ulong seed = 0; seed < 100; seed++)
        {
            using var batch = new SpeedinessTask().Generate(clip, new RandomSource(seed));
            Assert.Equal([2, 8, 3, 16, 16], batch.Inputs.shape);
            var turn = Enumerable.Range(0, 8).Single(turn => batch.Inputs[1].Equals(Turn(clip[0][TensorIndex.Slice(0, null, 2)], turn)));
            Assert.Contains(Enumerable.Range(0, 9), start => batch.Inputs[0].Equals(Turn(clip[0].narrow(0, start, 8), turn)));
            turnsSeen.Add(turn);
        }
        Assert.Equal(8, turnsSeen.Count);

        static Tensor Turn(Tensor frames, int turn)
        {
            var flipped = frames.flip([.. new long[] { 0, 2 }.Where((_, bit) => (turn >> bit & 1) == 1)]);
            return (turn & 4) == 0 ? flipped : flipped.transpose(2, 3);
        }
    }

    [Theory]
    [InlineData(true, 6)]
    [InlineData(false, 3)]
    public void TheInverseOrderRestoresShuffledClips(bool tellDirection, int classes)
    {
        using var scope = NewDisposeScope();
        var task = new ClipOrderTask(new() { PartFrames = 2, Interval = 1, TellDirection = tellDirection });
        Assert.Equal((classes, 8), (task.Classes, task.MinimumFrames()));
        var (backwards, places) = (0, new HashSet<string>());
        for (ulong seed = 0; seed < 40; seed++)
        {
            using var batch = task.Generate(NumberedFrames(2, 10), new RandomSource(seed));
            Assert.Equal([2 * classes * 3, 2, 3, 4, 4], batch.Inputs.shape);
            Assert.Equal([.. Enumerable.Range(0, 2 * classes).Select(i => (long)(i % classes))], batch.Targets.data<long>().ToArray());
            foreach (var (frames, i) in Numbers(batch.Inputs, 6).Select((frames, i) => (frames, i)))
            {
                var parts = frames.Select(frame => frame - 100 * (i / classes)).Chunk(2).ToArray();
                var restored = new long[3][];
                for (var slot = 0; slot < 3; slot++)
                    restored[task.Orders[i % classes][slot]] = parts[slot];
                if (restored[0][0] > restored[2][0])
                {
                    Array.Reverse(restored);
                    backwards++;
                }
                Assert.All(restored, part => Assert.Equal(part[0] + 1, part[1]));
                Assert.InRange(restored[0][0], 0, restored[1][0] - 3); // two frames and the interval
                Assert.InRange(restored[2][0], restored[1][0] + 3, 8);
                places.Add(string.Join(' ', restored.Select(part => part[0])));
            }
        }
        Assert.Equal(10, places.Count); // two spare frames before, between or after three parts
        Assert.InRange(backwards, tellDirection ? 0 : 90, tellDirection ? 0 : 150); // of 240
    }

    [Fact]
    public void OrderedTriplesAreMonotonousAndShuffledOnesAreNot()
    {
        using var scope = NewDisposeScope();
        var forwards = 0;
        for (ulong seed = 0; seed < 40; seed++)
        {
            using var batch = new FrameOrderTask().Generate(NumberedFrames(2, 16), new RandomSource(seed));
            Assert.Equal([12, 3, 4, 4], batch.Inputs.shape);
            Assert.Equal([0L, 1, 0, 1], batch.Targets.data<long>().ToArray());
            foreach (var (frames, i) in Numbers(batch.Inputs, 3).Select((frames, i) => (frames, i)))
            {
                Assert.All(frames, frame => Assert.InRange(frame - i / 2 * 100, 0, 15));
                var ordered = (frames[0] < frames[1] && frames[1] < frames[2]) || (frames[0] > frames[1] && frames[1] > frames[2]);
                Assert.Equal(i % 2 == 1, ordered);
                forwards += frames[0] < frames[2] ? 1 : 0;
            }
            // The outer frames do not tell which is which.
            var outer = Numbers(batch.Inputs, 3).Select(frames => (Math.Min(frames[0], frames[2]), Math.Max(frames[0], frames[2]))).ToArray();
            Assert.Equal((outer[0], outer[2]), (outer[1], outer[3]));
        }
        Assert.InRange(forwards, 55, 105); // of 160
    }

    [Fact]
    public void AllFramesOfAClipAreTurnedAlike()
    {
        using var scope = NewDisposeScope();
        var clips = TestImages.Moving(2, 5, 16);
        using var batch = new VideoRotationTask().Generate(clips, new RandomSource(1));
        Assert.Equal([8, 5, 3, 16, 16], batch.Inputs.shape);
        Assert.Equal([0L, 1, 2, 3, 0, 1, 2, 3], batch.Targets.data<long>().ToArray());
        for (var turn = 0; turn < 4; turn++)
            Assert.True(batch.Inputs[4 + turn].Equals(clips[1].rot90(turn, (2, 3))));
    }

    [Fact]
    public void ImagesAndShortClipsAreRefused()
    {
        using var images = TestImages.Colorful(2, 16);
        using var clips = TestImages.Moving(2, 7, 16);
        using var random = new RandomSource(1);
        var message = Assert.Throws<ArgumentException>(() => new SpeedinessTask().Generate(images, random)).Message;
        Assert.Contains("'speediness' needs clips", message);
        Assert.Contains("(2, 3, 16, 16)", message);
        Assert.Contains("at least 8 frames", Assert.Throws<ArgumentException>(() => new SpeedinessTask().Generate(clips, random)).Message);
        Assert.Throws<ArgumentException>(() => new ClipOrderTask(new() { PartFrames = 1 }));
        Assert.Throws<ArgumentException>(() => new ClipOrderTask(new() { Interval = -1 }));
    }

    [Theory]
    [InlineData("frame-order", 2, 3)]
    [InlineData("clip-order", 3, 9)]
    [InlineData("video-rotation", 4, 2)]
    [InlineData("speediness", 2, 4)]
    public void PreviewsAreStripsOfFrames(string name, int labelsAClip, int frames)
    {
        using var scope = NewDisposeScope();
        var task = (ClassificationTask)TaskCatalog.Create(name);
        using Encoder encoder = task.CreateEncoder(16);
        using var batch = task.Generate(TestImages.For(task, 3, 16), new RandomSource(1));
        using var model = task.CreateModel(encoder);
        model.eval();
        encoder.eval();
        foreach (var preview in new[] { task.Preview(batch), task.Preview(batch, model) })
        {
            Assert.Equal(3 * labelsAClip, preview.Rows.Count);
            Assert.All(preview.Rows, row => Assert.Equal((16, 16 * frames), (row[0].Height, row[0].Width)));
        }
        var captions = task.Preview(batch).Rows.Select(row => row[0].Caption).ToArray();
        Assert.Equal(batch.Targets.data<long>().ToArray().Select(label => task.LabelName((int)label)), captions);
        Assert.All(task.Preview(batch, model).Rows, row => Assert.Contains(":", row[0].Caption));
        // The second frame of a strip stands beside the first.
        var (cell, second) = (task.Preview(batch).Rows[0][0], batch.Inputs.reshape([-1, 3, 16, 16])[1]);
        Assert.Equal(second[0, 0, 0].item<byte>(), cell.Pixels.Span[3 * 16]);
    }
}
