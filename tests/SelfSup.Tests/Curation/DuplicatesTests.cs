using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;
using SkiaSharp;
using static TorchSharp.torch;
using DrawnImages = SelfSup.Tests.Transfer.TestImages;

namespace SelfSup.Tests.Curation;

public class DuplicatesTests
{
    /// <summary>Row 200 is row 3 once more, with a little noise, 201 and 202 are row 8; heaps have no others in them.</summary>
    [Fact]
    public void PlantedCopiesAreFoundAndNothingElse()
    {
        using var set = TestFeatures.SetOf(WithCopies());
        var source = new DrawnImages(203, 2);
        var groups = Duplicates.Find(set, TestFeatures.Layer, source);
        Assert.Equal(["8 201 202", "3 200"], groups.OrderByDescending(group => group.Images.Count).Select(group => string.Join(' ', group.Images)));
        Assert.All(groups, group => Assert.Equal((DuplicateMatch.Features, group.Images[0]), (group.Match, group.Keep)));
        Assert.All(groups, group => Assert.InRange(group.Closeness, 0.001, 0.3));
        Assert.Empty(Duplicates.Find(set, TestFeatures.Layer, source, closeness: groups.Min(group => group.Closeness) / 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Duplicates.Find(set, TestFeatures.Layer, source, closeness: 1));
    }

    [Fact]
    public async Task FilesThatCannotBeReadAreNoDuplicates()
    {
        if (OperatingSystem.IsWindows())
            return; // which has no such pipes
        using var folder = new TemporaryFolder();
        folder.Write("a.jpg", [1, 2]);
        folder.Write("b.jpg", [1, 2]);
        foreach (var name in (string[])["empty 1.jpg", "empty 2.jpg"])
            folder.Write(name, []);
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", folder["pipe.jpg"]))
            await mkfifo.WaitForExitAsync();
        File.CreateSymbolicLink(folder["zero.jpg"], "/dev/zero");
        var groups = await Task.Run(() => Duplicates.FindFiles(ImageFolder.Open(folder.Path))).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([0, 1], Assert.Single(groups).Images);
    }

    /// <summary>The same distance is near among images that are unlike, and usual among images that are alike.</summary>
    [Fact]
    public void NearIsRelativeToTheSurroundings()
    {
        using var scope = NewDisposeScope();
        var alike = TestFeatures.Heaps(100, 1, spread: 0.05, seed: 3, length: 32);
        var unlike = TestFeatures.Heaps(100, 100, spread: 0.05, seed: 4, length: 32);
        var copies = unlike.narrow(0, 0, 5).add(TestFeatures.Heaps(5, 1, spread: 0.05, seed: 5, length: 32).sub(TestFeatures.Heaps(1, 1, spread: 0, seed: 5, length: 32)));
        using var set = TestFeatures.SetOf(cat([alike, unlike, copies]));
        var groups = Duplicates.Find(set, TestFeatures.Layer, new DrawnImages(205, 2));
        Assert.Equal([.. Enumerable.Range(0, 5).Select(i => $"{100 + i} {200 + i}")], groups.Select(group => string.Join(' ', group.Images)).Order());
    }

    [Fact]
    public void MoreCopiesThanNeighborsAreOneGroup()
    {
        using var scope = NewDisposeScope();
        var features = TestFeatures.Heaps(50, 50, spread: 0.1);
        UInt128[] hashes = [.. Enumerable.Range(0, 80).Select(row => (UInt128)(ulong)(row < 50 ? row : 4))];
        using var set = TestFeatures.SetOf(cat([features, features[4].expand(30, -1)]), hashes: hashes);
        var group = Assert.Single(Duplicates.Find(set, TestFeatures.Layer, new DrawnImages(80, 2)));
        Assert.Equal([4, .. Enumerable.Range(50, 30)], group.Images);
    }

    [Fact]
    public void TestImagesThatWereLearnedFromAreNamed()
    {
        using var scope = NewDisposeScope();
        var train = TestFeatures.Heaps(200, 200, spread: 0.1, seed: 6);
        var others = TestFeatures.Heaps(20, 20, spread: 0.1, seed: 7);
        using var trainSet = TestFeatures.SetOf(train.clone());
        var near = train.narrow(0, 40, 2).add(0.002);
        UInt128[] hashes = [.. Enumerable.Range(0, 23).Select(i => (UInt128)(ulong)(1000 + i))];
        hashes[22] = 77; // the pixels of training image 77, whatever its features are
        using var testSet = TestFeatures.SetOf(cat([others, near, others.narrow(0, 0, 1).neg()]), [.. Enumerable.Range(500, 23)], hashes);
        var leaks = Duplicates.FindLeaks(testSet, new DrawnImages(600, 2), trainSet, new DrawnImages(200, 2), TestFeatures.Layer);
        Assert.Equal((522, 77, DuplicateMatch.Pixels, 0), (leaks[0].Test, leaks[0].Train, leaks[0].Match, leaks[0].Closeness));
        Assert.Equal([(520, 40), (521, 41)], leaks.Skip(1).Select(leak => (leak.Test, leak.Train)).Order());
        Assert.All(leaks.Skip(1), leak => Assert.Equal(DuplicateMatch.Features, leak.Match));
    }

    [Fact]
    public void MirroredCopiesAreFoundByMirroredFeatures()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        for (var i = 0; i < 30; i++)
        {
            using var picture = Draw(random, 64);
            folder.Write($"{i:D2}.png", Encode(picture, SKEncodedImageFormat.Png));
            if (i is not (4 or 11))
                continue;
            using var mirror = new SKBitmap(64, 64);
            using (var canvas = new SKCanvas(mirror))
            {
                canvas.Scale(-1, 1, 32, 0);
                using var image = SKImage.FromBitmap(picture);
                canvas.DrawImage(image, 0, 0, SKSamplingOptions.Default);
            }
            folder.Write($"{i:D2} mirror.jpg", Encode(mirror, SKEncodedImageFormat.Jpeg));
        }
        var source = ImageFolder.Open(folder.Path);
        using var encoder = new ConvNet(32);
        var pixels = FeatureLayer.Pixels(32);
        using FeatureSet set = FeatureExtractor.Extract(encoder, source, [pixels]), mirrored = FeatureExtractor.Extract(encoder, new MirroredImages(source), [pixels]);
        Assert.Empty(Duplicates.Find(set, pixels.Name, source));
        string[] expected = ["04 mirror.jpg 04.png", "11 mirror.jpg 11.png"];
        Assert.Equal(expected, Duplicates.Find(set, pixels.Name, source, mirrored).Select(group => string.Join(' ', group.Images.Select(source.NameOf))).Order());
        var leaks = Duplicates.FindLeaks(set, source, set, source, pixels.Name, mirrored);
        Assert.Equal(32, leaks.Count(leak => leak.Test == leak.Train && leak.Match == DuplicateMatch.File));
        using var others = FeatureExtractor.Extract(encoder, new ImageSubset(source, [1]), [pixels]);
        Assert.Throws<ArgumentException>(() => Duplicates.Find(set, pixels.Name, source, others));
    }

    /// <summary>By the pixels that an image is read as: compressed again and halved it has nearly the same ones.</summary>
    [Fact]
    public void FilesPixelsAndFeaturesAreToldApartAndTheLargestFileIsKept()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(2);
        for (var i = 0; i < 30; i++)
        {
            using var picture = Draw(random, 96);
            folder.Write($"{i:D2}.png", Encode(picture, SKEncodedImageFormat.Png));
            if (i == 5)
                folder.Write("copy.png", File.ReadAllBytes(folder["05.png"]));
            if (i == 7)
                folder.Write("07 longer.png", [.. File.ReadAllBytes(folder["07.png"]), 0, 0]);
            if (i == 9)
            {
                using var half = picture.Resize(new SKImageInfo(48, 48), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
                folder.Write("00 half.jpg", Encode(half, SKEncodedImageFormat.Jpeg));
            }
        }
        var source = ImageFolder.Open(folder.Path);
        using var encoder = new ConvNet(32);
        var pixels = FeatureLayer.Pixels(32);
        using var set = FeatureExtractor.Extract(encoder, source, [pixels]);
        var before = LiveTensors.Count();
        var groups = Duplicates.Find(set, pixels.Name, source);
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(
            ["File: 05.png copy.png, keep 05.png", "Pixels: 07 longer.png 07.png, keep 07 longer.png", "Features: 00 half.jpg 09.png, keep 09.png"],
            groups.Select(group => $"{group.Match}: {string.Join(' ', group.Images.Select(source.NameOf))}, keep {source.NameOf(group.Keep)}"));
        Assert.Equal([0, 0], groups.Take(2).Select(group => group.Closeness));
        var files = Assert.Single(Duplicates.FindFiles(source));
        Assert.Equal(groups[0].Images, files.Images);
        Assert.Empty(Duplicates.FindFiles(new DrawnImages(5, 2)));

        var test = new ImageSubset(source, [source.Count - 1, 12]);
        var train = new ImageSubset(source, Enumerable.Range(0, 10));
        using FeatureSet testSet = FeatureExtractor.Extract(encoder, test, [pixels]), trainSet = FeatureExtractor.Extract(encoder, train, [pixels]);
        var leak = Assert.Single(Duplicates.FindLeaks(testSet, test, trainSet, train, pixels.Name));
        Assert.Equal(("copy.png", "05.png", DuplicateMatch.File), (test.NameOf(leak.Test), train.NameOf(leak.Train), leak.Match));
    }

    private static Tensor WithCopies()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(9);
        var rows = TestFeatures.Heaps(200, 200, spread: 0.1, seed: 8);
        Tensor Copy(int row) => rows.narrow(0, row, 1).add(random.Normal(1, 16).mul(0.01));
        return cat([rows, Copy(3), Copy(8), Copy(8)]).MoveToOuterDisposeScope();
    }

    private static SKBitmap Draw(Random random, int side)
    {
        var picture = new SKBitmap(side, side);
        using var canvas = new SKCanvas(picture);
        canvas.Clear(Color(random));
        using var paint = new SKPaint();
        for (var i = 0; i < 6; i++)
        {
            paint.Color = Color(random);
            canvas.DrawCircle(random.Next(side), random.Next(side), random.Next(10, side / 2), paint);
        }
        return picture;
    }

    private static SKColor Color(Random random) => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));

    private static byte[] Encode(SKBitmap picture, SKEncodedImageFormat format)
    {
        using var data = picture.Encode(format, 75);
        return data.ToArray();
    }
}
