using SelfSup.Encoders;
using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class RelativePatchTaskTests
{
    [Theory]
    [InlineData(32, 12, 6, 2)]
    [InlineData(64, 16, 8, 2)]
    [InlineData(96, 24, 12, 4)]
    [InlineData(384, 96, 48, 14)] // the paper's patches, of which each is shifted by up to 7 pixels
    public void GeometryFollowsTheImageSize(int imageSize, int patch, int gap, int jitter) =>
        Assert.Equal((patch, gap, jitter), new RelativePatchTask().GeometryFor(imageSize));

    [Fact]
    public void ImagesOfEverySizeHaveRoomForAPair()
    {
        for (var size = 16; size <= 300; size++)
        {
            var (patch, gap, jitter) = new RelativePatchTask().GeometryFor(size);
            Assert.True(2 * patch + gap + jitter <= size && gap > jitter, $"{size} pixels");
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(96)]
    public void PartnersLieWhereTheLabelSaysWithTheGapBetween(int size)
    {
        const int count = 100;
        using var scope = NewDisposeScope();
        var task = new RelativePatchTask(new() { ColorGuard = ColorGuard.None, ResampledShare = 0 });
        var (patch, gap, jitter) = task.GeometryFor(size);
        var image = new RandomSource(3).Integers(256, 1, 1, size, size).to(ScalarType.Byte).expand(1, 3, size, size); // gray
        using var batch = task.Generate(image.expand(count, 3, size, size), new RandomSource(2));
        var (rows, columns) = Locate(batch.Inputs, image);
        var labels = batch.Targets.data<long>().ToArray();
        var pairs = labels.Length / 2;
        Assert.Equal(4 * count, pairs);
        long nearest = long.MaxValue, farthest = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var partner = (i + pairs) % labels.Length;
            Assert.Equal(7, labels[i] + labels[partner]);
            var cell = labels[i] < 4 ? labels[i] : labels[i] + 1; // of 3 x 3, with the patch itself in the middle
            Check(cell / 3 - 1, rows[partner] - rows[i]);
            Check(cell % 3 - 1, columns[partner] - columns[i]);
        }
        Assert.Equal(((long)gap - jitter, (long)gap + jitter), (nearest, farthest));

        void Check(long direction, long step)
        {
            Assert.InRange(step - direction * (patch + gap), -jitter, jitter);
            if (direction != 0)
                (nearest, farthest) = (Math.Min(nearest, Math.Abs(step) - patch), Math.Max(farthest, Math.Abs(step) - patch));
        }
    }

    [Fact]
    public void AllPlacesAreAsLikely()
    {
        const int count = 2000;
        using var scope = NewDisposeScope();
        using var batch = new RelativePatchTask(new() { Pairs = 4 }).Generate(zeros(count, 3, 32, 32, ScalarType.Byte), new RandomSource(1));
        var seen = batch.Targets.slice(0, 0, 4 * count, 1).bincount(null, 8).data<long>().ToArray();
        Assert.All(seen, times => Assert.InRange(times, count / 2.0 - 4 * Math.Sqrt(count * 7 / 16.0), count / 2.0 + 4 * Math.Sqrt(count * 7 / 16.0)));
    }

    [Fact]
    public void ProjectionLeavesNoGreenAgainstMagenta()
    {
        using var scope = NewDisposeScope();
        var patches = new RandomSource(1).Integers(256, 5, 3, 8, 8).to(ScalarType.Byte);
        var projected = TileColors.ProjectOut(patches);
        Assert.True(Axis(projected).abs().max().item<float>() < 1e-3f);
        Assert.True(TileColors.ProjectOut(projected).sub(projected).abs().max().item<float>() < 1e-3f);
        // The authors' matrix, I - a'a / aa' for a = (-1, 2, -1).
        var matrix = tensor(new[] { 5f, 2f, -1f, 2f, 2f, 2f, -1f, 2f, 5f }, [3, 3]).div(6);
        var expected = einsum("ij,njhw->nihw", matrix, patches.to(ScalarType.Float32));
        Assert.True(projected.sub(expected).abs().max().item<float>() < 1e-3f);

        // An image of green against magenta alone has nothing left to see.
        var stripes = arange(32).remainder(2).mul(2).sub(1).view(1, 1, 1, 32).mul(tensor(new[] { -30L, 60L, -30L }).view(1, 3, 1, 1)).add(100)
            .expand(2, 3, 32, 32).to(ScalarType.Byte);
        using var batch = new RelativePatchTask(new() { ColorGuard = ColorGuard.Projection }).Generate(stripes, new RandomSource(1));
        Assert.True(batch.Inputs.abs().max().item<float>() < 0.05f);

        static Tensor Axis(Tensor patches) => patches.select(1, 1).mul(2).sub(patches.select(1, 0)).sub(patches.select(1, 2));
    }

    [Fact]
    public void DroppingKeepsOneChannelInPlaceOfAll()
    {
        using var scope = NewDisposeScope();
        var images = TestImages.Colorful(50, 32);
        using var batch = new RelativePatchTask(new() { ResampledShare = 0 }).Generate(images, new RandomSource(1));
        using var whole = new RelativePatchTask(new() { ResampledShare = 0, ColorGuard = ColorGuard.None }).Generate(images, new RandomSource(1));
        Assert.True(batch.Inputs.amax(1).eq(batch.Inputs.amin(1)).all().item<bool>());
        var same = batch.Inputs.eq(whole.Inputs).all(3).all(2); // (patches, channels)
        Assert.True(same.sum(1).eq(1).all().item<bool>());
        Assert.All(same.sum([0L]).data<long>().ToArray(), times => Assert.InRange(times, 100, 170)); // of 400, at random
    }

    [Theory]
    [InlineData(ColorGuard.Dropping)]
    [InlineData(ColorGuard.Projection)]
    [InlineData(ColorGuard.None)]
    public void EveryPatchIsStandardizedByChannel(ColorGuard guard)
    {
        using var scope = NewDisposeScope();
        using var batch = new RelativePatchTask(new() { ColorGuard = guard }).Generate(TestImages.Colorful(6, 96), new RandomSource(1));
        Assert.True(batch.Inputs.mean([2, 3]).abs().max().item<float>() < 1e-4f);
        Assert.True(batch.Inputs.var([2, 3], unbiased: false).sub(1).abs().max().item<float>() < 1e-2f);
    }

    [Fact]
    public void TheShareOfResampledPatchesIsAsAsked()
    {
        using var scope = NewDisposeScope();
        const int count = 1000;
        var noise = new RandomSource(7).Integers(256, count, 3, 24, 24).to(ScalarType.Byte);
        var resampled = Resampling.Apply(noise, 1.0 / 3, new RandomSource(1));
        var pixels = noise.to(ScalarType.Float32);
        var changed = resampled.sub(pixels).abs().amax([1, 2, 3]).gt(0);
        Assert.InRange(changed.sum().item<long>(), count / 3.0 - 4 * Math.Sqrt(count * 2 / 9.0), count / 3.0 + 4 * Math.Sqrt(count * 2 / 9.0));
        // What is shrunk and enlarged is smoother, by as much as it was shrunk, and as bright as before.
        var smoothness = Roughness(resampled).div(Roughness(pixels)).masked_select(changed);
        Assert.True(smoothness.max().item<float>() < 0.95f);
        Assert.True(smoothness.min().item<float>() < 0.3f);
        Assert.True(resampled.mean([1, 2, 3]).sub(pixels.mean([1, 2, 3])).abs().max().item<float>() < 12);
        Assert.True(Resampling.Apply(noise, 0, new RandomSource(1)).Equals(pixels));

        static Tensor Roughness(Tensor patches) => patches.slice(3, 1, 24, 1).sub(patches.slice(3, 0, 23, 1)).square().mean([1, 2, 3]);
    }

    [Fact]
    public void ResamplingKeepsSlopesAndDrawsEverySide()
    {
        using var scope = NewDisposeScope();
        var slope = arange(12).to(ScalarType.Float32).view(1, 1, 1, 12).expand(2000, 3, 12, 12);
        var resampled = Resampling.Apply(slope, 1, new RandomSource(1));
        Assert.True(resampled.slice(3, 3, 9, 1).sub(slope.slice(3, 3, 9, 1)).abs().max().item<float>() < 0.6f);
        // Sides of 6 to 11 pixels, each with a blur of its own.
        var noise = new RandomSource(7).Uniform(1, 1, 12, 12).expand(2000, 3, 12, 12);
        var blurred = Resampling.Apply(noise, 1, new RandomSource(1)).square().mean([1, 2, 3]);
        Assert.Equal(6, blurred.mul(10_000).round().data<float>().ToArray().Distinct().Count());
    }

    [Fact]
    public void ThePairsHalvesAreAskedAboutEachOther()
    {
        using var scope = NewDisposeScope();
        var task = new RelativePatchTask(new() { Pairs = 2 });
        using var encoder = new ConvNet(32);
        using var model = (RelativePatchModel)task.CreateModel(encoder);
        encoder.eval();
        model.eval();
        using var batch = task.Generate(TestImages.Colorful(3, 32), new RandomSource(1));
        using var swapped = new PretextBatch(batch.Inputs.roll(6, 0), batch.Targets.roll(6, 0));
        Tensor logits = model.ComputeLogits(batch), after = model.ComputeLogits(swapped);
        Assert.Equal([12, 8], logits.shape);
        Assert.True(after.sub(logits.roll(6, 0)).abs().max().item<float>() < 1e-5f);

        // Of a pair of which one patch changes, both answers do; those of other pairs stay.
        using var changed = new PretextBatch(batch.Inputs.clone(), batch.Targets.clone());
        changed.Inputs[1] = changed.Inputs[1].flip(1);
        var moved = model.ComputeLogits(changed).sub(logits).abs().amax(1).gt(1e-5).data<bool>().ToArray();
        Assert.Equal([1, 7], Enumerable.Range(0, 12).Where(i => moved[i]));
    }

    [Fact]
    public void PreviewsNameThePlaceAndTheAnswer()
    {
        using var scope = NewDisposeScope();
        var task = new RelativePatchTask(new() { Pairs = 2 });
        using var encoder = new ConvNet(32);
        using var model = task.CreateModel(encoder);
        encoder.eval();
        model.eval();
        using var batch = task.Generate(TestImages.Colorful(2, 32), new RandomSource(1));
        var labels = batch.Targets.data<long>().ToArray();
        var plain = task.Preview(batch);
        Assert.Equal(labels.Take(4).Select(label => task.LabelName((int)label)), plain.Rows.Select(row => row.Single().Caption));
        Assert.All(task.Preview(batch, model).Rows, row => Assert.Equal(row[0].Caption == row[1].Caption, row[1].Mark == Previews.PreviewMark.Right));
        Assert.Equal(["above left", "above", "above right", "left", "right", "below left", "below", "below right"], Enumerable.Range(0, 8).Select(task.LabelName));
    }

    [Fact]
    public void WrongSettingsNameTheOption()
    {
        Assert.Contains("PatchShare", Refusal(new() { PatchShare = 0.5 }));
        Assert.Contains("GapShare", Refusal(new() { GapShare = 0 }));
        Assert.Contains("JitterShare", Refusal(new() { JitterShare = 0.5 }));
        Assert.Contains("Pairs", Refusal(new() { Pairs = 0 }));
        Assert.Contains("ResampledShare", Refusal(new() { ResampledShare = 1.1 }));
        Assert.Contains("ColorGuard", Refusal(new() { ColorGuard = (ColorGuard)9 }));
        var large = new RelativePatchTask(new() { PatchShare = 0.45 });
        Assert.Contains("do not fit", Assert.Throws<ArgumentException>(() => large.GeometryFor(64)).Message);
        using var encoder = new ConvNet(64);
        Assert.Contains("do not fit", Assert.Throws<ArgumentException>(() => large.CheckFits(encoder, frames: 1)).Message);
        Assert.Contains("too small", Assert.Throws<ArgumentException>(() => new RelativePatchTask().GeometryFor(8)).Message);

        static string Refusal(RelativePatchOptions options) => Assert.Throws<ArgumentException>(() => new RelativePatchTask(options)).Message;
    }

    /// <summary>Finds every patch in the one image it was cut out of: the row and column where it begins.</summary>
    private static (long[] Rows, long[] Columns) Locate(Tensor patches, Tensor image)
    {
        var side = patches.shape[2];
        var places = image.shape[2] - side + 1;
        var windows = image.select(1, 0).unfold(1, side, 1).unfold(2, side, 1).reshape(-1, 1, side, side);
        var likeness = patches.select(1, 0).flatten(1).matmul(Tiles.Standardize(windows).flatten(1).t()).div(side * side);
        var (best, place) = likeness.max(1);
        Assert.True(best.gt(0.999).all().item<bool>());
        return (place.div(places, RoundingMode.floor).data<long>().ToArray(), place.remainder(places).data<long>().ToArray());
    }
}
