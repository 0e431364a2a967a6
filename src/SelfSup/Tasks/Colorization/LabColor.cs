using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Conversion between sRGB and CIE L*a*b* (D65, 2 degrees), the colors that a person finds equally far apart.</summary>
/// <remarks>
/// Matrices are multiplied channel by channel and not as a 1x1 convolution: on GPUs that may round to 10 bits (TF32), which
/// Lab multiplies by 500.
/// </remarks>
public static class LabColor
{
    // Rows: X, Y and Z of linear RGB, divided by the white point (0.95047, 1, 1.08883).
    private static readonly double[][] ToXyz =
    [
        [0.412453 / 0.95047, 0.357580 / 0.95047, 0.180423 / 0.95047],
        [0.212671, 0.715160, 0.072169],
        [0.019334 / 1.08883, 0.119193 / 1.08883, 0.950227 / 1.08883],
    ];

    private static readonly double[][] FromXyz =
    [
        [3.24048134 * 0.95047, -1.53715152, -0.49853633 * 1.08883],
        [-0.96925495 * 0.95047, 1.87599, 0.04155593 * 1.08883],
        [0.05564664 * 0.95047, -0.20404134, 1.05731107 * 1.08883],
    ];

    /// <summary>Converts to Lab.</summary>
    /// <param name="images">RGB images (N, 3, H, W): uint8 in 0..255, or float in [0, 1].</param>
    /// <returns>Float (N, 3, H, W): L in 0..100, a and b within -110..110; owned by the caller.</returns>
    public static Tensor FromRgb(Tensor images)
    {
        using var scope = NewDisposeScope();
        var linear = Linearize(images);
        Tensor x = Respond(Mix(linear, ToXyz[0])), y = Respond(Mix(linear, ToXyz[1])), z = Respond(Mix(linear, ToXyz[2])); // (N, H, W)
        return stack([y.mul(116).sub_(16), x.sub_(y).mul_(500), y.sub(z).mul_(200)], dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>Computes L alone, at a third of the cost.</summary>
    /// <param name="images">RGB images (N, 3, H, W): uint8 in 0..255, or float in [0, 1].</param>
    /// <returns>Float (N, 1, H, W) in 0..100, the first channel of <see cref="FromRgb"/>; owned by the caller.</returns>
    public static Tensor Lightness(Tensor images)
    {
        using var scope = NewDisposeScope();
        return Respond(Mix(Linearize(images), ToXyz[1])).mul_(116).sub_(16).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Converts to RGB; colors that a screen cannot show are clamped.</summary>
    /// <param name="lab">Float (N, 3, H, W).</param>
    /// <returns>RGB, float (N, 3, H, W) in [0, 1], owned by the caller.</returns>
    public static Tensor ToRgb(Tensor lab)
    {
        using var scope = NewDisposeScope();
        var y = lab.select(1, 0).add(16).div_(116);
        var x = lab.select(1, 1).div(500).add_(y);
        var z = y.sub(lab.select(1, 2).div(200)).clamp_min_(0);
        var f = stack([x, y, z], dim: 1);
        var xyz = where(f.gt(0.2068966), f.pow(3), f.sub(16.0 / 116).div_(7.787));
        // Negative light has no root.
        var linear = stack([.. FromXyz.Select(row => Mix(xyz, row))], dim: 1).clamp_min_(0);
        var rgb = where(linear.gt(0.0031308), linear.pow(1 / 2.4).mul_(1.055).sub_(0.055), linear.mul(12.92));
        return rgb.clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Undoes the gamma of a screen; for bytes there are only 256 answers to look up.</summary>
    private static Tensor Linearize(Tensor rgb) => rgb.dtype == ScalarType.Byte
        ? UndoGamma(arange(256, float64, rgb.device).div_(255)).to(float32).index_select(0, rgb.flatten().to(ScalarType.Int32)).view(rgb.shape)
        : UndoGamma(rgb);

    private static Tensor UndoGamma(Tensor rgb) => where(rgb.gt(0.04045), rgb.add(0.055).div_(1.055).pow_(2.4), rgb.div(12.92));

    /// <summary>The cube root, made linear near black.</summary>
    private static Tensor Respond(Tensor light) =>
        where(light.gt(0.008856), light.clamp_min(0.008856).pow_(1.0 / 3), light.mul(7.787).add_(16.0 / 116));

    /// <summary>One row of a matrix times the channels of every pixel: (N, 3, H, W) to (N, H, W).</summary>
    private static Tensor Mix(Tensor images, double[] row) =>
        images.select(1, 0).mul(row[0]).add_(images.select(1, 1), row[1]).add_(images.select(1, 2), row[2]);
}
