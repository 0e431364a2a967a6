using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class ImageDistancesTests
{
    [Fact]
    public void TheSpreadOfEqualImagesIsZero()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, ImageDistances.ToNext(TestImages.Colorful(1, 16).expand(5, 3, 16, 16)).item<float>());
    }

    [Fact]
    public void BlackAndWhiteAreOneApart()
    {
        using var scope = NewDisposeScope();
        var images = zeros(4, 3, 8, 8, ScalarType.Byte);
        images[1] = images[3] = tensor((byte)255);
        Assert.Equal(1, ImageDistances.ToNext(images).item<float>(), 1e-6);
        images[3] = tensor((byte)0); // of four neighbors two differ
        Assert.Equal(0.5, ImageDistances.ToNext(images).item<float>(), 1e-6);
    }

    [Fact]
    public void TheNearestIsFoundInAnyBatch()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(2);
        var others = random.Uniform(7, 3, 8, 8);
        var images = random.Uniform(3, 3, 8, 8);
        images[1] = others[5];
        var nearest = ImageDistances.ToNearest(images, [others[..2], others[2..]]);
        for (var i = 0; i < 3; i++)
        {
            var expected = others.sub(images[i]).square().mean([1, 2, 3]).sqrt().min().item<float>();
            Assert.Equal(expected, nearest[i].item<float>(), 1e-3);
        }
        Assert.True(float.IsPositiveInfinity(ImageDistances.ToNearest(images, []).max().item<float>()));
    }
}
