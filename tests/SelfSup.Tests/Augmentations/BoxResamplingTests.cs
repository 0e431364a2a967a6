using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup.Tests.Augmentations;

public class BoxResamplingTests
{
    [Theory]
    [InlineData(32, 24, 0.3)] // enlarges and makes smaller
    [InlineData(32, 9, 0.5)]
    [InlineData(60, 50, 0.1)]
    public void One_by_one_and_all_at_once_give_the_same_pictures(int side, int size, double area)
    {
        using var scope = NewDisposeScope();
        var images = new RandomSource(1).Integers(256, 20, 3, side, side).to(ScalarType.Byte);
        var boxes = RandomResizedCrop.Draw(images, area, 1, flip: true, new RandomSource(2));
        var difference = BoxResampling.OneByOne(images, boxes, size).to(ScalarType.Float32)
            .sub(BoxResampling.AllAtOnce(images, boxes, size).round()).abs();
        Assert.True(difference.max().item<float>() <= 1);
        Assert.InRange(difference.mean().item<float>(), 0, 0.3); // libtorch rounds between the two sides
    }

    [Fact]
    public void Halving_weighs_pixels_by_their_distance()
    {
        using var scope = NewDisposeScope();
        // The filter is a triangle of two pixels either way: 3/8 for the two pixels inside, 1/8 for the two beside them. Pixels outside
        // the box, the 200s, have no weight, nor have places beyond it: there 3/7, 3/7 and 1/7.
        var row = tensor(new byte[] { 200, 70, 0, 0, 80, 0, 0, 0, 14, 200 });
        var images = row.view(1, 1, 1, 10).expand(1, 3, 10, 10).contiguous();
        var boxes = tensor(new float[] { 0, 8, 1, 8, 0 }).view(5, 1);
        foreach (var resized in new[] { BoxResampling.OneByOne(images, boxes, 4), BoxResampling.AllAtOnce(images, boxes, 4).round() })
            Assert.Equal([30f, 30, 10, 6], resized[0, 0, 2].to(ScalarType.Float32).data<float>().ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_crop_shows_what_lies_in_its_box(bool atOnce)
    {
        using var scope = NewDisposeScope();
        var ramp = arange(64, ScalarType.Float32).mul(4).to(ScalarType.Byte).view(1, 1, 1, 64).expand(50, 3, 64, 64).contiguous();
        var boxes = RandomResizedCrop.Draw(ramp, 0.3, 1, flip: true, new RandomSource(3));
        var crops = (atOnce ? BoxResampling.AllAtOnce(ramp, boxes, 32) : BoxResampling.OneByOne(ramp, boxes, 32)).to(ScalarType.Float32);
        var middle = boxes[2].add(boxes[3].div(2)).sub(0.5).mul(4);
        Assert.True(crops.mean([1, 2, 3]).sub(middle).abs().max().item<float>() < 1);
        var rises = crops[.., 0, 0, 31].sub(crops[.., 0, 0, 0]).gt(0);
        Assert.True(rises.Equals(boxes[4].eq(0))); // from left to right, unless mirrored
    }

    [Fact]
    public void Small_images_are_resized_at_once_and_large_ones_one_by_one()
    {
        using var scope = NewDisposeScope();
        foreach (var (side, size, expected) in new[] { (48, 32, ScalarType.Float32), (64, 16, ScalarType.Byte), (32, 64, ScalarType.Byte) })
        {
            var images = zeros(2, 3, side, side, ScalarType.Byte);
            var boxes = RandomResizedCrop.Draw(images, 0.3, 1, flip: true, new RandomSource(3));
            Assert.Equal(expected, BoxResampling.Apply(images, boxes, size).dtype);
        }
    }
}
