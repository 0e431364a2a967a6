using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class HoleMaskTests
{
    [Theory]
    [InlineData(32, 1)]
    [InlineData(64, 2)]
    [InlineData(96, 3)]
    [InlineData(128, 4)]
    [InlineData(16, 1)]
    public void TheCenterIsTheMiddleHalfWithoutItsBand(int size, int band)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(band, HoleMask.BandFor(size));
        var mask = Draw(InpaintingMask.Center, size, 1);
        var side = size / 2 - 2 * band;
        Assert.Equal(side * side, mask.sum().item<long>());
        Assert.True(mask.narrow(2, size / 4 + band, side).narrow(3, size / 4 + band, side).all().item<bool>());

        var weights = HoleMask.WeighErrors(mask, band);
        Assert.Equal(size / 2 * (size / 2), weights.gt(0).sum().item<long>()); // hole and band are the middle half
        Assert.Equal(side * side, weights.eq(1).sum().item<long>());
        Assert.Equal(size / 2 * (size / 2) - side * side, weights.eq(10).sum().item<long>());
    }

    [Fact]
    public void TheCenterAt128PixelsIsThePublishedShare()
    {
        using var mask = Draw(InpaintingMask.Center, 128, 1);
        Assert.Equal(56.0 * 56 / (128 * 128), mask.sum().item<long>() / (128.0 * 128));
    }

    [Theory]
    [InlineData(InpaintingMask.RandomRegion, 32)]
    [InlineData(InpaintingMask.RandomRegion, 96)]
    [InlineData(InpaintingMask.RandomRegion, 50)]
    [InlineData(InpaintingMask.RandomBlock, 32)]
    [InlineData(InpaintingMask.RandomBlock, 96)]
    public void RandomHolesTakeBetweenAFifthAndThreeTenths(InpaintingMask kind, int size)
    {
        using var scope = NewDisposeScope();
        for (ulong seed = 0; seed < 60; seed++)
        {
            var share = Draw(kind, size, seed).to(ScalarType.Float32).mean().item<float>();
            Assert.True(share is > 0.2f and < 0.3f, $"{kind} at seed {seed}: {share}");
        }
    }

    [Fact]
    public void BlocksAreNotThin()
    {
        using var scope = NewDisposeScope();
        for (ulong seed = 0; seed < 60; seed++)
        {
            // Every pixel of the hole belongs to a block of 12 x 12 that is wholly in it: opening by that square changes nothing.
            var mask = Draw(InpaintingMask.RandomBlock, 32, seed).to(ScalarType.Float32);
            var corners = nn.functional.max_pool2d(mask.neg(), 12, 1).neg(); // (1, 1, 21, 21): 1 where a block begins
            var opened = nn.functional.max_pool2d(nn.functional.pad(corners, [11, 11, 11, 11]), 12, 1);
            Assert.True(opened.Equals(mask));
        }
    }

    [Fact]
    public void RegionsHaveNoFavoritePlace()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(8);
        var often = zeros(1, 1, 32, 32);
        for (var i = 0; i < 400; i++)
        {
            using var mask = HoleMask.Draw(InpaintingMask.RandomRegion, 32, random);
            often.add_(mask);
        }
        // 0.25 +- 6 sigma of 400 draws, while a fixed lattice of blobs gives 0.13 .. 0.36.
        Assert.InRange(often.div(400).sub(0.25).abs().max().item<float>(), 0, 0.13f);
        Assert.InRange(often.div(400).std().item<float>(), 0, 0.035f);
    }

    [Fact]
    public void RegionsAreBlobsAndNotNoise()
    {
        using var scope = NewDisposeScope();
        var mask = Draw(InpaintingMask.RandomRegion, 96, 5).to(ScalarType.Float32);
        var borders = mask.diff(n: 1, dim: 3).abs().mean().item<float>();
        Assert.InRange(borders, 0.005f, 0.1f); // independent pixels would change in 2 * 0.25 * 0.75 = 0.375 of the places
    }

    [Theory]
    [InlineData(InpaintingMask.RandomRegion)]
    [InlineData(InpaintingMask.RandomBlock)]
    public void TheSeedDecides(InpaintingMask kind)
    {
        using var scope = NewDisposeScope();
        Assert.True(Draw(kind, 32, 1).Equals(Draw(kind, 32, 1)));
        Assert.False(Draw(kind, 32, 1).Equals(Draw(kind, 32, 2)));
    }

    [Fact]
    public void TheBandIsTheKnownPixelsNextToTheHole()
    {
        using var scope = NewDisposeScope();
        var mask = zeros(1, 1, 64, 64, ScalarType.Bool);
        mask[0, 0, 20, 30] = true;
        var weights = HoleMask.WeighErrors(mask, band: 2).view(64, 64);
        Assert.Equal(1f + 24 * 10, weights.sum().item<float>()); // 5 x 5 around one pixel at a band of 2
        Assert.Equal(1f, weights[20, 30].item<float>());
        Assert.Equal(10f, weights[18, 28].item<float>());
        Assert.Equal(0f, weights[17, 30].item<float>());
        Assert.Equal(1f, HoleMask.WeighErrors(mask, band: 0).sum().item<float>());
    }

    private static Tensor Draw(InpaintingMask kind, int size, ulong seed)
    {
        using var random = new RandomSource(seed);
        return HoleMask.Draw(kind, size, random);
    }

    /// <summary>Ranks of four images each; the hole is that of the whole batch.</summary>
    [Theory]
    [InlineData(InpaintingMask.RandomRegion)]
    [InlineData(InpaintingMask.RandomBlock)]
    public void AllRanksDrawTheSameHole(InpaintingMask kind)
    {
        using var scope = NewDisposeScope();
        var alone = Draw(kind, 32, 3);
        foreach (var first in new[] { 0, 4 })
        {
            using var random = new RandomSource(3, null, new(first, 4, 8));
            Assert.True(HoleMask.Draw(kind, 32, random).equal(alone).all().item<bool>());
        }
    }
}
