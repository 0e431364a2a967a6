using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;
using SkiaSharp;
using static TorchSharp.torch;
using DrawnImages = SelfSup.Tests.Transfer.TestImages;

namespace SelfSup.Tests.Curation;

public class ImageSearchTests
{
    private static readonly FeatureLayer Layer = new(TestFeatures.Layer, 0, 1, 16);

    [Fact]
    public void TheMostSimilarComeFirstAndTheImageItselfIsLeftOut()
    {
        using var set = TestFeatures.SetOf(TestFeatures.Heaps(60, 6, spread: 0.2), [.. Enumerable.Range(0, 60).Select(row => row + 100)]);
        var search = new ImageSearch(set, Layer);
        var hits = search.FindLike(107, 9);
        Assert.Equal(9, hits.Count);
        Assert.All(hits, hit => Assert.Equal(1, (hit.Image - 100) % 6));
        Assert.DoesNotContain(hits, hit => hit.Image == 107);
        Assert.Equal(hits.OrderByDescending(hit => hit.Similarity), hits);
        var rows = TestFeatures.Unit(set[TestFeatures.Layer]);
        Assert.Equal(rows[7].Zip(rows[hits[0].Image - 100], (a, b) => a * b).Sum(), hits[0].Similarity, 4);
        Assert.Equal(59, search.FindLike(107, 1000).Count);
        Assert.Contains("image 5", Assert.Throws<ArgumentException>(() => search.FindLike(5)).Message);
    }

    [Fact]
    public void AFileFindsItselfAndOthersByTheEncoder()
    {
        using var folder = new TemporaryFolder();
        var colors = new[] { SKColors.Red, SKColors.DarkRed, SKColors.Blue, SKColors.Green };
        foreach (var (i, color) in colors.Index())
        {
            using var picture = new SKBitmap(20, 20);
            picture.Erase(color);
            using var png = picture.Encode(SKEncodedImageFormat.Png, 100);
            folder.Write($"{i}.png", png.AsSpan());
        }
        var source = ImageFolder.Open(folder.Path);
        using var encoder = new ConvNet(16);
        var pixels = FeatureLayer.Pixels(encoder.ImageSize);
        using var set = FeatureExtractor.Extract(encoder, source, [pixels]);
        var search = new ImageSearch(set, pixels);
        var hits = search.Find(encoder, source.FileOf(2), 2);
        Assert.Equal((2, 1), (hits[0].Image, Math.Round(hits[0].Similarity, 3)));
        Assert.Throws<FileNotFoundException>(() => search.Find(encoder, Path.Combine(folder.Path, "none.png")));
        folder.Write("broken.png", [1, 2, 3]);
        Assert.Contains("broken.png", Assert.Throws<ImageReadException>(() => search.Find(encoder, Path.Combine(folder.Path, "broken.png"))).Message);
    }

    [Fact]
    public void WrongQueriesAreNamed()
    {
        using var set = TestFeatures.SetOf(TestFeatures.Heaps(10, 2, spread: 0.2));
        Assert.Contains(TestFeatures.Layer, Assert.Throws<ArgumentException>(() => new ImageSearch(set, FeatureLayer.Pixels(16))).Message);
        using var queries = ones(1, 5, device: CPU);
        Assert.Contains("5 features, the images 16", Assert.Throws<ArgumentException>(() => new ImageSearch(set, Layer).Find(queries)).Message);
    }

    [Fact]
    public void OutliersComeFirst()
    {
        using var scope = NewDisposeScope();
        using var set = TestFeatures.SetOf(cat([TestFeatures.Heaps(50, 2, spread: 0.1), TestFeatures.Heaps(1, 1, spread: 0, seed: 77)]));
        var ranked = Outliers.Rank(set, TestFeatures.Layer, neighbors: 5);
        Assert.Equal(51, ranked.Count);
        Assert.Equal(50, ranked[0].Image);
        Assert.InRange(ranked[0].Ratio, 4, 100);
        Assert.InRange(ranked[1].Ratio, 1, 3);
        Assert.Equal(1, ranked[25].Ratio, 1);
        using var one = TestFeatures.SetOf(TestFeatures.Heaps(1, 1, spread: 0));
        Assert.Throws<ArgumentException>(() => Outliers.Rank(one, TestFeatures.Layer));
    }

    [Fact]
    public void ClustersAreNamedByTheirMostTypicalImage()
    {
        using var set = TestFeatures.SetOf(TestFeatures.Heaps(61, 4, spread: 0.2), [.. Enumerable.Range(0, 61).Select(row => row + 9)]);
        var clusters = ImageClusters.Find(set, TestFeatures.Layer, new DrawnImages(70, 2), 4);
        Assert.Equal([16, 15, 15, 15], clusters.Select(cluster => cluster.Images.Count));
        Assert.All(clusters, cluster => Assert.Single(cluster.Images.Select(image => (image - 9) % 4).Distinct()));
        Assert.All(clusters, cluster => Assert.Equal($"test {cluster.Images[0]}", cluster.Name));
        // The first one is nearer to the mean direction of all than the last one.
        using var unit = UnitRows.Of(set[TestFeatures.Layer], [.. clusters[0].Images.Select(image => image - 9)]);
        using var center = unit.mean([0]);
        using var cosines = unit.mv(center);
        Assert.True(cosines[0].item<float>() > cosines[-1].item<float>());
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageClusters.Find(set, TestFeatures.Layer, new DrawnImages(70, 2), 62));
    }
}
