using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class RotationTaskTests
{
    private static readonly RotationTask Task = new();

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    public void TurnsAreExactPermutationsOfPixels(int side)
    {
        using var scope = NewDisposeScope();
        var images = Images(3, side);
        using var batch = Task.Generate(images, new RandomSource(1));
        var views = batch.Inputs.view(3, 4, 3, side, side);

        Assert.True(views.select(1, 0).Equals(images));
        Assert.True(views.select(1, 1).Equals(images.rot90(1, (2, 3))));
        Assert.True(views.select(1, 2).Equals(images.flip(2).flip(3)));
        Assert.True(views.select(1, 3).Equals(images.rot90(3, (2, 3))));
    }

    [Fact]
    public void FourQuarterTurnsAreTheImageAgain()
    {
        using var scope = NewDisposeScope();
        var images = Images(2, 9);
        var turned = images;
        for (var i = 0; i < 4; i++)
            turned = Task.Generate(turned, new RandomSource(1)).Inputs.view(2, 4, 3, 9, 9).select(1, 1).contiguous();
        Assert.True(turned.Equals(images));
    }

    [Fact]
    public void AQuarterTurnGoesCounterClockwise()
    {
        using var scope = NewDisposeScope();
        var images = zeros(1, 3, 16, 16, ScalarType.Byte);
        images[0, 0, 0, 15] = 200; // top right
        using var batch = Task.Generate(images, new RandomSource(1));
        Assert.Equal(200, batch.Inputs[1, 0, 0, 0].item<byte>()); // top left
    }

    [Fact]
    public void LabelsAreBalancedAndInOrder()
    {
        using var images = Images(5, 16);
        using var batch = Task.Generate(images, new RandomSource(1));
        Assert.Equal(Enumerable.Repeat(new long[] { 0, 1, 2, 3 }, 5).SelectMany(label => label), batch.Targets.data<long>().ToArray());
    }

    [Fact]
    public void AConstantImageGivesNothingAway()
    {
        using var scope = NewDisposeScope();
        var images = full([1, 3, 16, 16], 77, ScalarType.Byte);
        using var batch = Task.Generate(images, new RandomSource(1));
        Assert.True(batch.Inputs.eq(77).all().item<bool>());
    }

    [Fact]
    public void ImagesThatAreNotSquareAreRefused()
    {
        using var images = zeros(1, 3, 16, 20, ScalarType.Byte);
        Assert.Contains("20 x 16", Assert.Throws<ArgumentException>(() => Task.Generate(images, new RandomSource(1))).Message);
    }

    private static Tensor Images(int count, int side) =>
        new RandomSource(7).Integers(256, count, 3, side, side).to(ScalarType.Byte);
}
