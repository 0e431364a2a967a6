using static TorchSharp.torch;

namespace SelfSup.Tests;

/// <summary>Smooth colour images for tests: every image has colours, shapes and an orientation.</summary>
internal static class TestImages
{
    /// <summary>uint8 (count, 3, side, side), owned by the caller.</summary>
    public static Tensor Colorful(int count, int side, ulong seed = 11)
    {
        using var scope = NewDisposeScope();
        var random = new Generator(seed);
        var coarse = rand([count, 3, 4, 4], generator: random);
        var smooth = nn.functional.interpolate(coarse, size: [side, side], mode: InterpolationMode.Bilinear, align_corners: false);
        var ramp = linspace(0, 0.3, side).view(1, 1, side, 1);
        return smooth.mul(0.7).add(ramp).mul(255).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }
}
