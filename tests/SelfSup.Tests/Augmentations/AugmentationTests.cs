using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class AugmentationTests
{
    private static readonly Augmentation everything = new()
    {
        MinimumArea = 0.3,
        MaximumArea = 0.9,
        JitterProbability = 0.8,
        Brightness = 0.4,
        Contrast = 0.4,
        Saturation = 0.2,
        Hue = 0.1,
        Grayscale = 0.2,
        Blur = 0.5,
        MaximumBlurDeviation = 14,
        Solarize = 0.2,
    };

    private static readonly Augmentation[] all =
        [new(), everything, new() { Solarize = 0.5, Brightness = 0.3 }, new() { Shift = 0, Blur = 1, MaximumBlurDeviation = 14 }];

    [Theory]
    [InlineData(32)]
    [InlineData(40)]
    [InlineData(72)]
    public void Every_step_gives_bytes_of_the_asked_size_and_the_same_for_the_same_seed(int side)
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 5, 3, side, side).to(ScalarType.Byte);
        var before = images.clone();
        foreach (var augmentation in all)
        {
            var varied = augmentation.Apply(images, 32, new RandomSource(2));
            Assert.Equal([5, 3, 32, 32], varied.shape);
            Assert.Equal(ScalarType.Byte, varied.dtype);
            Assert.True(varied.Equals(augmentation.Apply(images, 32, new RandomSource(2))));
            Assert.False(varied.Equals(augmentation.Apply(images, 32, new RandomSource(3))));
        }
        Assert.True(images.Equals(before));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(40)]
    [InlineData(72)]
    public void All_frames_of_a_clip_are_varied_alike(int side)
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 6, 3, side, side).to(ScalarType.Byte);
        var still = images.unsqueeze(1).expand(6, 4, 3, side, side).contiguous();
        foreach (var augmentation in all.Select(one => one with { Solarize = one.Solarize > 0 ? 1 : 0 }))
        {
            var varied = augmentation.Apply(still, 32, new RandomSource(2));
            Assert.Equal([6, 4, 3, 32, 32], varied.shape);
            for (var t = 1; t < 4; t++)
                AssertAlike(varied.select(1, 0), varied.select(1, t));
            // And as the image that they all are would be, on its own.
            AssertAlike(augmentation.Apply(images, 32, new RandomSource(2)), varied.select(1, 0));
        }
    }

    [Fact]
    public void A_clip_is_varied_as_its_frames_would_be()
    {
        using var scope = NewDisposeScope();
        var clips = TestImages.Moving(5, 3, 40);
        var moved = new Augmentation { MinimumArea = 0.3, Blur = 1, MaximumBlurDeviation = 14 };
        var varied = moved.Apply(clips, 32, new RandomSource(3));
        for (var t = 0; t < 3; t++)
            AssertAlike(moved.Apply(clips.select(1, t).contiguous(), 32, new RandomSource(3)), varied.select(1, t));
    }

    [Fact]
    public void A_blur_scales_with_the_size_and_one_that_nobody_sees_is_left_out()
    {
        using var scope = NewDisposeScope();
        var blur = Augmentation.None with { Blur = 1, MinimumBlurDeviation = 2, MaximumBlurDeviation = 2 };
        foreach (var (side, isVisible) in new[] { (32, false), (96, true) })
        {
            var images = TestImages.Colorful(2, side);
            Assert.Equal(!isVisible, blur.Apply(images, side, new RandomSource(1)).Equals(images));
        }
        var point = zeros([1, 3, 112, 112], ScalarType.Byte);
        point[0, 0, 56, 56] = 255;
        var row = blur.Apply(point, 112, new RandomSource(1))[0, 0].to(ScalarType.Float32); // a deviation of one pixel
        Assert.InRange(row[56, 57].item<float>() / row[56, 56].item<float>(), 0.58, 0.63); // exp(-0.5)
    }

    [Fact]
    public void None_gives_the_image_and_draws_nothing()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 5, 3, 20, 20).to(ScalarType.Byte);
        var random = new RandomSource(2);
        var same = Augmentation.None.Apply(images, 20, random);
        Assert.True(same.Equals(images));
        same.zero_();
        Assert.False(same.Equals(images)); // a copy, the caller's own
        Assert.True(random.Uniform(8).Equals(new RandomSource(2).Uniform(8)));
    }

    [Fact]
    public void None_shrinks_larger_images_as_wholes()
    {
        using var scope = NewDisposeScope();
        // By half: 3/8 for the two pixels inside and 1/8 for the two beside them, at the borders 3/7, 3/7 and 1/7.
        var images = tensor(new byte[] { 70, 0, 0, 80, 0, 0, 0, 14 }).view(1, 1, 1, 8).expand(2, 3, 8, 8).contiguous();
        var small = Augmentation.None.Apply(images, 4, new RandomSource(2));
        Assert.Equal(new byte[] { 30, 30, 10, 6 }, small[1, 2, 3].data<byte>().ToArray());
    }

    [Fact]
    public void Every_view_is_the_image_where_probabilities_are_zero_and_crops_are_whole()
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 20, 3, 24, 24).to(ScalarType.Byte);
        var whole = everything with { MinimumArea = 1, MaximumArea = 1, Shift = 0, Flip = false };
        var off = whole with { JitterProbability = 0, Grayscale = 0, Blur = 0, Solarize = 0 };
        Assert.True(off.Apply(images, 24, new RandomSource(2)).Equals(images));
        // And where every step is gone through, with next to no probability.
        const double next = 1e-9;
        var unlikely = whole with { MinimumArea = 1 - next, JitterProbability = next, Grayscale = next, Blur = next, Solarize = next };
        Assert.True(unlikely.Apply(images, 24, new RandomSource(2)).Equals(images));
    }

    [Fact]
    public void Every_image_has_draws_of_its_own()
    {
        using var scope = NewDisposeScope();
        var images = TestImages.Colorful(1, 32).expand(40, 3, 32, 32).contiguous();
        var still = Augmentation.None;
        var steps = new Augmentation[]
        {
            new() { Shift = 0 }, new(), new() { MinimumArea = 0.2, Flip = false }, still with { JitterProbability = 0.5, Hue = 0.5 },
            still with { Brightness = 0.5 }, still with { Grayscale = 0.5 }, still with { Blur = 0.5, MaximumBlurDeviation = 14 }, still with { Solarize = 0.5 },
        };
        foreach (var step in steps)
        {
            var varied = step.Apply(images, 32, new RandomSource(2));
            var likeFirst = varied.eq(varied[..1]).view(40, -1).all(1).sum().item<long>();
            Assert.InRange(likeFirst, 1, 33);
        }
    }

    [Fact]
    public void Local_views_are_cut_from_the_pixels_that_were_read()
    {
        using var scope = NewDisposeScope();
        // Stripes of a pixel are gone where an image is shrunk before it is cut, and there where a crop is about as large as its result.
        var stripes = arange(48).remainder(2).mul(255).to(ScalarType.Byte).view(1, 1, 1, 48).expand(30, 3, 48, 48).contiguous();
        var local = new Augmentation { MinimumArea = 0.1, MaximumArea = 0.12, Flip = false };
        var crops = local.Apply(stripes, 16, new RandomSource(1)).to(ScalarType.Float32);
        Assert.True(crops.std([1, 2, 3]).min().item<float>() > 40);
        Assert.True(Augmentation.None.Apply(stripes, 16, new RandomSource(1)).to(ScalarType.Float32).std().item<float>() < 30);
    }

    [Theory]
    [InlineData(16, 16, 16, 16, 32, 32)] // small crops of images of 32 pixels are cut from these as they are
    [InlineData(32, 32, 32, 32, 64, 64)]
    [InlineData(40, 40, 40, 40, 80, 80)]
    [InlineData(96, 96, 108, 128, 192, 384)]
    [InlineData(224, 224, 252, 298, 448, 896)]
    public void Images_are_read_as_large_as_crops_need(int size, int none, int shifted, int resized, int local, int tiny)
    {
        Assert.Equal(none, Augmentation.None.ReadSizeFor(size));
        Assert.Equal(shifted, new Augmentation().ReadSizeFor(size));
        Assert.Equal(resized, new Augmentation { MinimumArea = 0.08 }.ReadSizeFor(size));
        Assert.Equal(local, new Augmentation { MinimumArea = 0.05, MaximumArea = 0.4 }.ReadSizeFor(size)); // side .47 at the mean
        Assert.Equal(tiny, new Augmentation { MinimumArea = 0.01, MaximumArea = 0.02 }.ReadSizeFor(size));
    }

    [Fact]
    public void The_description_names_every_setting()
    {
        var description = everything.Describe();
        Assert.Equal(typeof(Augmentation).GetProperties().Count(property => property.CanWrite), description.Count);
        Assert.Equal(0.3, description["minimum_area"]);
        Assert.Equal(0.8, description["jitter_probability"]);
        Assert.Equal(14.0, description["maximum_blur_deviation"]);
        Assert.Equal(true, description["flip"]);
        Assert.All(description.Values, value => Assert.True(value is double or bool));
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        var images = new RandomSource(1).Integers(256, 5, 3, 40, 40).to(ScalarType.Byte);
        using var random = new RandomSource(2);
        foreach (var augmentation in all)
            augmentation.Apply(images, 32, random).Dispose(); // constants are made once
        var before = LiveTensors.Count();
        foreach (var augmentation in all)
            augmentation.Apply(images, 32, random).Dispose();
        Assert.Equal(before, LiveTensors.Count());
        images.Dispose();
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        Refused("Augmentation.Shift is 0.6", new() { Shift = 0.6 });
        Refused("Augmentation.MinimumArea is 0", new() { MinimumArea = 0 });
        Refused("Augmentation.MaximumArea is 0.4", new() { MinimumArea = 0.5, MaximumArea = 0.4 });
        Refused("Augmentation.MaximumArea is 0.9", new() { MaximumArea = 0.9 });
        Refused("Augmentation.MaximumArea is 1.1", new() { MinimumArea = 0.5, MaximumArea = 1.1 });
        Refused("Augmentation.JitterProbability is 1.5", new() { JitterProbability = 1.5 });
        Refused("Augmentation.Brightness is -0.1", new() { Brightness = -0.1 });
        Refused("Augmentation.Contrast is NaN", new() { Contrast = double.NaN });
        Refused("Augmentation.Saturation is Infinity", new() { Saturation = double.PositiveInfinity });
        Refused("Augmentation.Hue is 0.6", new() { Hue = 0.6 });
        Refused("Augmentation.Grayscale is -1", new() { Grayscale = -1 });
        Refused("Augmentation.Blur is NaN", new() { Blur = double.NaN });
        Refused("Augmentation.MinimumBlurDeviation is 0", new() { MinimumBlurDeviation = 0 });
        Refused("Augmentation.MaximumBlurDeviation is 1", new() { MinimumBlurDeviation = 1.5, MaximumBlurDeviation = 1 });
        Refused("Augmentation.Solarize is 2", new() { Solarize = 2 });

        static void Refused(string message, Augmentation augmentation)
        {
            using var images = zeros(1, 3, 8, 8, ScalarType.Byte);
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => augmentation.Apply(images, 8, new RandomSource(1))).Message);
        }
    }

    // Up to the order of sums, which may turn a rounding.
    private static void AssertAlike(Tensor expected, Tensor actual) =>
        Assert.InRange(actual.to(float32).sub(expected.to(float32)).abs().max().item<float>(), 0, 1);
}
