using SelfSup.Encoders;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class CountingTaskTests
{
    private static readonly CountingTask Colored = new(new CountingOptions { GrayShare = 0 });

    [Theory]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(96)]
    public void TheQuartersAreTheImageAndAsLargeAsItsHalf(int size)
    {
        using var scope = NewDisposeScope();
        var images = Images(3, size);
        using var batch = Colored.Generate(images, new RandomSource(1));
        long side = size / 2;
        Assert.Equal([15, 3, side, side], batch.Inputs.shape);
        for (var i = 0; i < 3; i++)
        {
            var quarters = Enumerable.Range(0, 4).Select(quarter => batch.Inputs[3 + 4 * i + quarter]).ToArray();
            var whole = cat([cat(quarters[..2], 2), cat(quarters[2..], 2)], 1);
            Assert.True(whole.Equals(images[i].slice(1, 0, 2 * side, 1).slice(2, 0, 2 * side, 1)));
        }
    }

    [Fact]
    public void TheOtherImageIsNeverTheSame()
    {
        using var scope = NewDisposeScope();
        foreach (var count in new[] { 2, 3, 8 })
        {
            var seen = new HashSet<long>();
            for (var seed = 0ul; seed < 40; seed++)
            {
                using var batch = Colored.Generate(zeros(count, 3, 16, 16, ScalarType.Byte), new RandomSource(seed));
                var others = batch.Targets.data<long>().ToArray();
                Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), others.Order());
                Assert.DoesNotContain(Enumerable.Range(0, count), i => others[i] == i);
                seen.Add(others[0]);
            }
            Assert.Equal(count - 1, seen.Count); // any other image can be it
        }
    }

    [Fact]
    public void EveryFilterKeepsBrightnessAndMirrorSymmetry()
    {
        using var scope = NewDisposeScope();
        var images = Images(HalvingFilters.Count, 32);
        var each = arange(HalvingFilters.Count);
        Assert.True(HalvingFilters.Apply(full_like(images, 201), each).eq(201).all().item<bool>());
        var halved = HalvingFilters.Apply(images, each);
        Assert.True(HalvingFilters.Apply(images.flip(3), each).Equals(halved.flip(3)));
        Assert.True(HalvingFilters.Apply(images.transpose(2, 3), each).Equals(halved.transpose(2, 3)));
        Assert.True(halved[0].to(ScalarType.Float32).sub(nn.functional.avg_pool2d(images[0].to(ScalarType.Float32), 2)).abs().max().item<float>() <= 0.5f);
    }

    [Fact]
    public void TheSmoothFiltersAreThoseOfTheFramework()
    {
        using var scope = NewDisposeScope();
        var image = Images(1, 32);
        Compare(1, InterpolationMode.Bilinear);
        Compare(2, InterpolationMode.Bicubic);

        void Compare(int filter, InterpolationMode mode)
        {
            var expected = nn.functional.interpolate(image.to(ScalarType.Float32), size: [16, 16], mode: mode, align_corners: false, antialias: true);
            var halved = HalvingFilters.Apply(image, tensor(new long[] { filter })).to(ScalarType.Float32);
            Assert.True(halved.sub(expected.clamp(0, 255)).abs().max().item<float>() < 0.51f, mode.ToString());
        }
    }

    [Fact]
    public void EveryImageDrawsItsFilterAndWhetherItIsGray()
    {
        const int count = 600;
        using var scope = NewDisposeScope();
        var images = Images(1, 16).expand(count, 3, 16, 16);
        using (var batch = Colored.Generate(images, new RandomSource(1)))
        {
            var all = HalvingFilters.Apply(Images(1, 16).expand(HalvingFilters.Count, 3, 16, 16), arange(HalvingFilters.Count));
            var equal = batch.Inputs.slice(0, 0, count, 1).unsqueeze(1).eq(all).flatten(2).all(2); // (images, filters)
            Assert.True(equal.sum(1).eq(1).all().item<bool>());
            Assert.All(equal.sum([0L]).data<long>().ToArray(), times => Assert.InRange(times, count / 5, count / 3));
        }
        using var mixed = new CountingTask().Generate(images, new RandomSource(1));
        var gray = mixed.Inputs.select(1, 0).eq(mixed.Inputs.select(1, 1)).flatten(1).all(1);
        var quarters = gray.slice(0, count, 5 * count, 1).view(count, 4);
        Assert.True(quarters.eq(quarters.narrow(1, 0, 1)).all().item<bool>()); // an image is gray as a whole
        Assert.True(gray.slice(0, 0, count, 1).eq(quarters.select(1, 0)).all().item<bool>());
        Assert.InRange(quarters.select(1, 0).sum().item<long>(), 0.24 * count, 0.36 * count);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(2.5)]
    public void CountingNothingCostsTheMarginExactly(double margin)
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        var task = new CountingTask(new CountingOptions { Margin = margin });
        using var model = task.CreateModel(encoder);
        using (no_grad())
        {
            foreach (var parameter in model.parameters())
                parameter.zero_();
        }
        using var batch = task.Generate(TestImages.Colorful(4, 32), new RandomSource(1));
        using var loss = model.Objectives[0].ComputeLoss(batch);
        Assert.Equal((float)margin, loss.Value.item<float>());
    }

    [Fact]
    public void TheHingeIsOnTheDistanceAndNotOnItsParts()
    {
        using var scope = NewDisposeScope();
        // Two images and two counts; each is the other's other.
        var halved = tensor(new[] { 1f, 2f, 4f, 2f }, [2, 2]);
        var quarters = tensor(new[] { 1f, 1f, 4f, 4f }, [2, 2]);
        var (own, other) = CountingModel.Distances(halved, quarters, tensor(new[] { 1L, 0L }));
        Assert.Equal([1f, 4f], own.data<float>().ToArray());
        Assert.Equal([10f, 13f], other.data<float>().ToArray()); // 3^2 + 1^2, (-3)^2 + (-2)^2
        // A margin of 11: 11 - 10 of the first, nothing of the second. By parts it would be (2 + 10 + 2 + 7) / 2 more.
        Assert.Equal((1 + 4 + 1) / 2f, CountingModel.ComputeLoss(own, other, margin: 11).item<float>());
    }

    [Fact]
    public void CountsOfQuartersAreSummed()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        using var model = (CountingModel)Colored.CreateModel(encoder);
        encoder.eval();
        model.eval();
        // The same small image as half and as each quarter: four times as much of everything.
        var small = TestImages.Colorful(2, 16);
        using var batch = new PretextBatch(cat([small, small.repeat_interleave(4, 0)]), tensor(new[] { 1L, 0L }));
        var (halved, quarters) = model.Count(batch);
        Assert.Equal([2, 1000], halved.shape);
        Assert.True(halved.min().item<float>() >= 0 && halved.max().item<float>() > 0);
        Assert.True(quarters.sub(halved.mul(4)).abs().max().item<float>() < 1e-5f);
    }

    [Theory]
    [InlineData(10, 1000)]
    [InlineData(1, 50)]
    public void FirstCountsAreWithinTheMarginAndNotNothing(double margin, int counts)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var encoder = new ConvNet(32);
        var task = new CountingTask(new CountingOptions { Margin = margin, Counts = counts });
        using var model = (CountingModel)task.CreateModel(encoder);
        using var batch = task.Generate(TestImages.Colorful(32, 32), new RandomSource(1));
        var (halved, quarters) = model.Count(batch);
        var (_, other) = CountingModel.Distances(halved, quarters, batch.Targets);
        Assert.InRange(other.max().item<float>(), 0.01 * margin, 0.5 * margin);
    }

    [Fact]
    public void PreviewsShowBothDistances()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(32);
        using var model = Colored.CreateModel(encoder);
        encoder.eval();
        model.eval();
        using var batch = Colored.Generate(TestImages.Colorful(3, 32), new RandomSource(1));
        Assert.All(Colored.Preview(batch).Rows, row => Assert.Equal(["half size", "quarters", "other image"], row.Select(cell => cell.Caption)));
        foreach (var row in Colored.Preview(batch, model).Rows)
        {
            Assert.Equal((16, 36, 16), (row[0].Width, row[1].Width, row[2].Width));
            Assert.StartsWith("half: ", row[0].Caption);
            Assert.StartsWith("other: ", row[2].Caption);
            Assert.NotEqual(Previews.PreviewMark.None, row[0].Mark);
        }
    }

    [Fact]
    public void WhatCannotBeCountedIsRefused()
    {
        Assert.Contains("Counts", Refusal(new() { Counts = 0 }));
        Assert.Contains("Margin", Refusal(new() { Margin = 0 }));
        Assert.Contains("GrayShare", Refusal(new() { GrayShare = double.NaN }));
        using var single = zeros(1, 3, 32, 32, ScalarType.Byte);
        Assert.Contains("at least two", Assert.Throws<ArgumentException>(() => Colored.Generate(single, new RandomSource(1))).Message);
        using var oblong = zeros(2, 3, 32, 40, ScalarType.Byte);
        Assert.Contains("40 x 32", Assert.Throws<ArgumentException>(() => Colored.Generate(oblong, new RandomSource(1))).Message);

        static string Refusal(CountingOptions options) => Assert.Throws<ArgumentException>(() => new CountingTask(options)).Message;
    }

    private static Tensor Images(int count, int side) =>
        new RandomSource(7).Integers(256, count, 3, side, side).to(ScalarType.Byte);
}
