using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Loading;

/// <summary>Over epochs, all of a wide or tall image is read; what is not pretraining reads the central square.</summary>
public sealed class RandomSquareTests : IDisposable
{
    private const int Long = 30, Short = 10;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>An image whose lines along its longer side have a gray each of their own: eight times their number.</summary>
    private static byte[] Ramp(bool isWide) => EncodedImage.Make(
        isWide ? Long : Short, isWide ? Short : Long, (x, y) => Gray(8 * (isWide ? x : y)), SKEncodedImageFormat.Png);

    private static SKColor Gray(int level) => new((byte)level, (byte)level, (byte)level);

    private static ImageLoader Loader(IImageSource source, bool random = true, int workers = 2, int seed = 4) =>
        new(source, new() { ImageSize = Short, BatchSize = 3, Workers = workers, Seed = seed, RandomSquares = random });

    /// <summary>The first line of every image of an epoch, by the image's index.</summary>
    private static int[] FirstLines(ImageLoader loader, int count, int epoch, int firstBatch = 0)
    {
        var lines = Enumerable.Repeat(-1, count).ToArray();
        foreach (var batch in loader.ReadEpoch(epoch, firstBatch))
        {
            using (batch)
            {
                for (var i = 0; i < batch.Count; i++)
                    lines[batch.Indices[i]] = batch.Pixels[i * 3 * Short * Short] / 8;
            }
        }
        return lines;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AllOfALongImageIsSeenOverEpochs(bool isWide)
    {
        folder.Write("1.png", Ramp(isWide));
        var loader = Loader(ImageFolder.Open(folder.Path));
        var first = Enumerable.Range(0, 200).Select(epoch => FirstLines(loader, 1, epoch)[0]).ToArray();
        Assert.Equal(Enumerable.Range(0, Long - Short + 1), first.Distinct().Order());
        Assert.InRange(first.CountBy(line => line).Max(pair => pair.Value), 1, 30); // 9.5 of each are expected
    }

    [Fact]
    public void ByDefaultTheCenterIsRead()
    {
        folder.Write("1.png", Ramp(isWide: true));
        var source = ImageFolder.Open(folder.Path);
        Assert.All(Enumerable.Range(0, 5), epoch => Assert.Equal((Long - Short) / 2, FirstLines(Loader(source, random: false), 1, epoch)[0]));
        var (center, halfWay) = (new byte[3 * Short * Short], new byte[3 * Short * Short]);
        source.Read(0, Short, center);
        source.Read(0, Short, 0.5, halfWay);
        Assert.Equal(center, halfWay);
    }

    [Fact]
    public void PlacesDependOnSeedEpochAndImageAlone()
    {
        const int count = 12;
        for (var i = 0; i < count; i++)
            folder.Write($"{i:00}.png", Ramp(isWide: i % 2 == 0));
        var source = ImageFolder.Open(folder.Path);
        var expected = FirstLines(Loader(source, workers: 1), count, epoch: 3);
        Assert.Equal(expected, FirstLines(Loader(source, workers: 5), count, epoch: 3));
        Assert.True(expected.Distinct().Count() > 4);
        Assert.NotEqual(expected, FirstLines(Loader(source), count, epoch: 4));
        Assert.NotEqual(expected, FirstLines(Loader(source, seed: 5), count, epoch: 3));
        var resumed = FirstLines(Loader(source), count, epoch: 3, firstBatch: 2); // as after a stop
        Assert.Equal(6, resumed.Count(line => line >= 0));
        Assert.All(resumed.Zip(expected), pair => Assert.True(pair.First == -1 || pair.First == pair.Second));
        foreach (var batch in Loader(source).ReadInOrder([.. Enumerable.Range(0, count)], epoch: 3))
        {
            using (batch)
                Assert.Equal(batch.Indices.Select(index => expected[index]), Enumerable.Range(0, batch.Count).Select(i => batch.Pixels[i * 3 * Short * Short] / 8));
        }
    }

    [Fact]
    public void WrappedSourcesPassThePlaceOnAndOthersGiveTheirSquare()
    {
        folder.Write("cat/1.png", Ramp(isWide: true));
        folder.Write("dog/1.png", Ramp(isWide: true));
        var labeled = LabeledImageFolder.Open(folder.Path);
        IImageSource[] sources =
            [labeled, new LabeledSubset(labeled, [1]), new LabeledImages(labeled, [0, 1]), ImageSubset.Take(labeled, 1)];
        Assert.All(sources, source => Assert.Equal((0, 20), (FirstLine(source, 0), FirstLine(source, 1))));
        IImageSource own = new TestImages(3);
        var pixels = new byte[12];
        own.Read(2, 2, 0.9, pixels);
        Assert.All(pixels, value => Assert.Equal(3, value));
    }

    [Fact]
    public void TheFramesOfAClipAreCutAlike()
    {
        for (var i = 0; i < 3; i++)
            folder.Write($"walk/{i}.png", Ramp(isWide: true));
        var clips = ClipFolder.Open(folder.Path, new() { Frames = 3 });
        var pixels = new byte[3 * 3 * Short * Short];
        clips.Read(0, Short, 0.75, pixels);
        Assert.All(pixels.Chunk(3 * Short * Short), frame => Assert.Equal(15, frame[0] / 8));
    }

    /// <summary>Place 0 is the left end as a viewer sees it, however the pixels are stored.</summary>
    [Theory]
    [InlineData(SKEncodedOrigin.TopLeft)]
    [InlineData(SKEncodedOrigin.TopRight)]
    [InlineData(SKEncodedOrigin.BottomRight)]
    [InlineData(SKEncodedOrigin.LeftTop)]
    [InlineData(SKEncodedOrigin.RightTop)]
    [InlineData(SKEncodedOrigin.RightBottom)]
    [InlineData(SKEncodedOrigin.LeftBottom)]
    public void PlacesAreThoseOfTheUprightImage(SKEncodedOrigin origin)
    {
        var orientation = Orientation.Of(origin);
        for (var x = 0; x <= 4; x++)
        {
            // A picture of 6 x 2 pixels as it is stored: where does the square with upright column x at its left begin?
            var (width, height) = orientation.SwapsAxes ? (2, 6) : (6, 2);
            var crop = SquareCrop.Of(width, height, orientation, (x + 0.5) / 5);
            var offset = orientation.SwapsAxes ? crop.Top : crop.Left;
            var isMirrored = orientation.SwapsAxes ? orientation.MirrorsY : orientation.MirrorsX;
            Assert.Equal(isMirrored ? 4 - x : x, offset);
        }
    }

    private static int FirstLine(IImageSource source, double place)
    {
        var pixels = new byte[3 * Short * Short];
        source.Read(0, Short, place, pixels);
        return pixels[0] / 8;
    }
}
