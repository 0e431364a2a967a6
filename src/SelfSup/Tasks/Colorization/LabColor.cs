using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Conversion between sRGB and CIE L*a*b* (D65, 2 degrees), the colours that a person finds equally far apart.</summary>
public static class LabColor
{
    // Rows: X, Y and Z of linear RGB, divided by the white point (0.95047, 1, 1.08883).
    private static readonly float[] ToXyz =
    [
        0.412453f / 0.95047f, 0.357580f / 0.95047f, 0.180423f / 0.95047f,
        0.212671f, 0.715160f, 0.072169f,
        0.019334f / 1.08883f, 0.119193f / 1.08883f, 0.950227f / 1.08883f,
    ];

    private static readonly float[] FromXyz =
    [
        3.24048134f * 0.95047f, -1.53715152f, -0.49853633f * 1.08883f,
        -0.96925495f * 0.95047f, 1.87599f, 0.04155593f * 1.08883f,
        0.05564664f * 0.95047f, -0.20404134f, 1.05731107f * 1.08883f,
    ];

    /// <summary>Converts to Lab.</summary>
    /// <param name="images">RGB images (N, 3, H, W): uint8 in 0..255, or float in [0, 1].</param>
    /// <returns>Float (N, 3, H, W): L in 0..100, a and b within about -110..110; owned by the caller.</returns>
    public static Tensor FromRgb(Tensor images)
    {
        using var scope = NewDisposeScope();
        var linear = images.dtype == ScalarType.Byte
            ? Linearize(arange(256, float32, images.device).div_(255)).index_select(0, images.flatten().to(ScalarType.Int32)).view(images.shape)
            : Linearize(images);
        var xyz = Mix(linear, ToXyz);
        var f = where(xyz.gt(0.008856), xyz.clamp_min(1e-8).pow(1f / 3), xyz.mul(7.787).add_(16f / 116));
        var lightness = f.select(1, 1).mul(116).sub_(16);
        var a = f.select(1, 0).sub(f.select(1, 1)).mul_(500);
        var b = f.select(1, 1).sub(f.select(1, 2)).mul_(200);
        return stack([lightness, a, b], dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>Converts to RGB; colours that a screen cannot show are clamped.</summary>
    /// <param name="lab">Float (N, 3, H, W).</param>
    /// <returns>RGB, float (N, 3, H, W) in [0, 1], owned by the caller.</returns>
    public static Tensor ToRgb(Tensor lab)
    {
        using var scope = NewDisposeScope();
        var y = lab.select(1, 0).add(16).div_(116);
        var x = lab.select(1, 1).div(500).add_(y);
        var z = y.sub(lab.select(1, 2).div(200)).clamp_min_(0);
        var f = stack([x, y, z], dim: 1);
        var xyz = where(f.gt(0.2068966), f.pow(3), f.sub(16f / 116).div_(7.787));
        var linear = Mix(xyz, FromXyz).clamp_min_(0);
        var rgb = where(linear.gt(0.0031308), linear.pow(1 / 2.4f).mul_(1.055).sub_(0.055), linear.mul(12.92));
        return rgb.clamp_(0, 1).MoveToOuterDisposeScope();
    }

    private static Tensor Linearize(Tensor rgb) => where(rgb.gt(0.04045), rgb.add(0.055).div_(1.055).pow_(2.4f), rgb.div(12.92));

    /// <summary>Multiplies every pixel by a 3 x 3 matrix.</summary>
    private static Tensor Mix(Tensor images, float[] matrix)
    {
        using var kernel = tensor(matrix, [3, 3, 1, 1], device: images.device);
        return nn.functional.conv2d(images, kernel);
    }
}
