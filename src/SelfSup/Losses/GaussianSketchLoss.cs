using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>How far features are from an isotropic standard normal distribution, seen along some directions (SIGReg).</summary>
/// <remarks>
/// Balestriero and LeCun, "LeJEPA: Provable and Scalable Self-Supervised Learning Without the Heuristics", 2025,
/// https://arxiv.org/abs/2511.08544: the statistic of Epps and Pulley, which compares characteristic functions, integrated by the
/// trapezoidal rule over 17 points of [0, 3] and doubled for [-3, 0], as in the authors' code.
/// </remarks>
public static class GaussianSketchLoss
{
    private const int Points = 17;
    private const double Largest = 3;
    private const double Spacing = Largest / (Points - 1);

    private static readonly DeviceConstant places = new(() => Column(point => point));
    private static readonly DeviceConstant normal = new(() => Column(CharacteristicFunction));
    private static readonly DeviceConstant weights = new(() => Column(
        point => CharacteristicFunction(point) * Spacing * (point is 0 or Largest ? 1 : 2)));

    /// <summary>Computes the mean of the statistic over the directions.</summary>
    /// <param name="features">Features (N, D), of at least two images of one view.</param>
    /// <param name="directions">Directions of unit length, (D, K), drawn anew in every step; see <see cref="Directions"/>.</param>
    /// <returns>A scalar, at least 0, owned by the caller; it grows with N for features of another distribution, not for normal ones.</returns>
    /// <exception cref="ArgumentException">There is a single image, or the directions have another width.</exception>
    public static Tensor Of(Tensor features, Tensor directions)
    {
        BatchRules.RequireBatch(features, "Distributions");
        if (directions.dim() != 2 || directions.shape[0] != features.shape[1])
        {
            throw new ArgumentException(
                $"Features of width {features.shape[1]} want directions ({features.shape[1]}, K), not ({string.Join(", ", directions.shape)}).",
                nameof(directions));
        }
        using var fullPrecision = Autocast.Suspend();
        using var scope = NewDisposeScope();
        var values = LossPrecision.Raise(features);
        var device = values.device;
        var angles = values.mm(directions.to(values.dtype)).unsqueeze(2).mul(places.On(device)); // (N, K, points)
        var real = angles.cos().mean([0L]).sub(normal.On(device)).square();
        var imaginary = angles.sin().mean([0L]).square();
        return real.add(imaginary).mul(weights.On(device)).sum([1L]).mean().mul(features.shape[0]).MoveToOuterDisposeScope();
    }

    /// <summary>Draws directions evenly.</summary>
    /// <param name="width">Width D of the features, at least 1.</param>
    /// <param name="count">Number K of directions, at least 1.</param>
    /// <param name="random">What they are drawn from.</param>
    /// <returns>Directions of unit length, float32 (D, K), on the source's device; owned by the caller.</returns>
    public static Tensor Directions(int width, int count, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var draws = random.Normal(1, width, count); // of one row, since they are for no image of its own
        using var directions = draws[0];
        return nn.functional.normalize(directions, dim: 0);
    }

    private static double CharacteristicFunction(double point) => Math.Exp(-point * point / 2);

    private static Tensor Column(Func<double, double> value) =>
        tensor(Enumerable.Range(0, Points).Select(i => (float)value(i * Spacing)).ToArray(), device: CPU);
}
