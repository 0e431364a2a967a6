using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class ShiftedCropTests
{
    [Theory]
    [InlineData(32)] // continued by four pixels on every side
    [InlineData(36)] // cut out as it is
    public void Defaults_draw_mirror_top_and_left_in_this_order(int side)
    {
        using var scope = NewDisposeScope();
        const int count = 12, size = 32;
        var images = new RandomSource(1).Integers(256, count, 3, side, side).to(ScalarType.Byte);
        var crops = new Augmentation().Apply(images, size, new RandomSource(7));

        var random = new RandomSource(7);
        var places = side == size ? 9 : side - size + 1;
        var mirrored = random.Chance(0.5, count).data<bool>().ToArray();
        var top = random.Integers(places, count).data<long>().ToArray();
        var left = random.Integers(places, count).data<long>().ToArray();
        var padding = side == size ? 4 : 0;
        for (var i = 0; i < count; i++)
        {
            var image = mirrored[i] ? images[i].flip(2) : images[i];
            var rows = Seen(top[i]);
            var columns = Seen(left[i]);
            Assert.True(crops[i].Equals(image.index_select(1, rows).index_select(2, columns)), $"image {i}");
        }

        Tensor Seen(long start) => tensor(Enumerable.Range(0, size).Select(place => Reflected(start + place - padding)).ToArray());
        long Reflected(long place) => place < 0 ? -place : place >= side ? 2 * (side - 1) - place : place;
    }

    [Fact]
    public void A_share_of_the_size_is_shifted()
    {
        using var scope = NewDisposeScope();
        var images = arange(20).to(ScalarType.Byte).view(1, 1, 1, 20).expand(400, 3, 20, 20).contiguous();
        var crops = new Augmentation { Shift = 0.1, Flip = false }.Apply(images, 20, new RandomSource(1));
        var seen = crops[.., 0, 0, 10].data<byte>().ToArray();
        Assert.Equal([8, 9, 10, 11, 12], seen.Select(level => (int)level).Distinct().Order()); // two pixels either way
    }

    [Fact]
    public void Images_far_above_the_size_are_shrunk_first_so_that_crops_are_only_shifted()
    {
        using var scope = NewDisposeScope();
        var ramp = arange(64, ScalarType.Float32).mul(4).to(ScalarType.Byte).view(1, 1, 1, 64).expand(50, 3, 64, 64).contiguous();
        var crops = new Augmentation { Flip = false }.Apply(ramp, 16, new RandomSource(1)).to(ScalarType.Float32);
        // Of 18 places of 64 / 18 pixels each, 16 are shown: from 126 on average, up to a place.
        Assert.True(crops.mean([1, 2, 3]).sub(126).abs().max().item<float>() < 4 * 64.0 / 18 + 1);
        Assert.True(crops[.., 0, 0, 15].sub(crops[.., 0, 0, 0]).min().item<float>() > 190);
    }

    [Fact]
    public void Mirroring_needs_no_shift()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 300, 3, 8, 8).to(ScalarType.Byte);
        var varied = new Augmentation { Shift = 0 }.Apply(images, 8, new RandomSource(2));
        var isSame = varied.eq(images).view(300, -1).all(1);
        var isMirrored = varied.eq(images.flip(3)).view(300, -1).all(1);
        Assert.True(isSame.logical_xor(isMirrored).all().item<bool>());
        Assert.InRange(isMirrored.sum().item<long>(), 115, 185); // 150 within four deviations
    }
}
