using SelfSup.Tasks;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public class LabColorTests
{
    [Theory]
    [InlineData(255, 0, 0, 53.2406, 80.0923, 67.2028)]
    [InlineData(0, 255, 0, 87.7351, -86.1830, 83.1797)]
    [InlineData(0, 0, 255, 32.2957, 79.1856, -107.8573)]
    [InlineData(255, 255, 255, 100, -.0025, .0047)]
    [InlineData(127.5, 127.5, 127.5, 53.3890, -.0015, .0028)]
    [InlineData(128, 64, 32, 34.7248, 24.9996, 31.3728)]
    [InlineData(0, 0, 0, 0, 0, 0)]
    public void AgreesWithTheReference(double red, double green, double blue, double l, double a, double b)
    {
        using var scope = NewDisposeScope();
        var rgb = tensor(new[] { red, green, blue }).view(1, 3, 1, 1);
        AssertClose([l, a, b], LabColor.FromRgb(rgb.div(255)).data<double>().ToArray());
        AssertClose([l, a, b], [.. LabColor.FromRgb(rgb.div(255).to(float32)).data<float>().ToArray().Select(v => (double)v)]);
        if (red == Math.Floor(red))
            AssertClose([l, a, b], [.. LabColor.FromRgb(rgb.to(ScalarType.Byte)).data<float>().ToArray().Select(v => (double)v)]);
    }

    [Fact]
    public void BackAndForthInDoubleIsExactToTheMatrices()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(2);
        var images = random.Uniform(4, 3, 32, 32).to(float64);
        var back = LabColor.ToRgb(LabColor.FromRgb(images));
        Assert.True(back.sub(images).abs().max().item<double>() < 1e-6);
    }

    [Fact]
    public void BytesComeBackUnchanged()
    {
        using var scope = NewDisposeScope();
        var images = Cube(17);
        var back = LabColor.ToRgb(LabColor.FromRgb(images)).mul(255).round().to(ScalarType.Byte);
        Assert.True(back.Equals(images));
    }

    [Fact]
    public void TheCubeOfScreenColorsHasItsKnownRange()
    {
        using var scope = NewDisposeScope();
        var lab = LabColor.FromRgb(Cube(15)); // 0, 15, .. 255 holds all corners
        double[] low = [0, -86.18, -107.86], high = [100, 98.23, 94.48];
        for (var c = 0; c < 3; c++)
        {
            Assert.Equal(low[c], lab.select(1, c).min().item<float>(), 0.01);
            Assert.Equal(high[c], lab.select(1, c).max().item<float>(), 0.01);
        }
    }

    [Fact]
    public void LightnessAloneIsTheFirstChannel()
    {
        using var scope = NewDisposeScope();
        var images = Cube(15);
        Assert.True(LabColor.Lightness(images).Equals(LabColor.FromRgb(images).narrow(1, 0, 1)));
    }

    [Fact]
    public void ColorsThatNoScreenShowsAreClampedToNumbers()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(3);
        var lab = random.Uniform(1, 3, 40, 40).sub(0.5).mul(400);
        var rgb = LabColor.ToRgb(lab);
        Assert.True(rgb.isfinite().all().item<bool>());
        Assert.True(rgb.min().item<float>() >= 0 && rgb.max().item<float>() <= 1);
    }

    /// <summary>Every color of a regular grid, uint8 (1, 3, M, M M).</summary>
    private static Tensor Cube(int step)
    {
        using var scope = NewDisposeScope();
        var axis = arange(0, 256, step, ScalarType.Byte);
        return stack([.. cartesian_prod(axis, axis, axis).unbind(1)]).view(1, 3, axis.numel(), -1).MoveToOuterDisposeScope();
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-3);
    }
}
