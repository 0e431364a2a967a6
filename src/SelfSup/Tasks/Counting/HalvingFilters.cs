using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// Halves images by a filter drawn for each of them, so that no filter's trace tells halved images from tiles: the mean of two by
/// two pixels, a triangle, Catmull and Rom's cubic, and Lanczos's of three lobes.
/// </summary>
internal static class HalvingFilters
{
    private static readonly (double Radius, Func<double, double> Weight)[] Filters =
        [(0.5, _ => 1), (1, x => 1 - x), (2, Cubic), (3, x => Sinc(x) * Sinc(x / 3))];

    private static readonly DeviceConstants<int> weightsBySide = new(side => tensor(WeightsFor(side), [Count, side / 2, side], device: CPU));

    /// <summary>Number of filters.</summary>
    public static int Count => Filters.Length;

    /// <summary>Halves every image.</summary>
    /// <param name="images">Images, uint8 (N, C, S, S) with an even S; borrowed.</param>
    /// <param name="choice">The filter of each, int64 (N) in 0..<see cref="Count"/>-1.</param>
    /// <returns>Images, uint8 (N, C, S / 2, S / 2), as bright as before.</returns>
    public static Tensor Apply(Tensor images, Tensor choice)
    {
        using var scope = NewDisposeScope();
        var side = (int)images.shape[2];
        var weights = weightsBySide.On(images.device, side)
            .index_select(0, choice).unsqueeze(1); // (N, 1, S / 2, S)
        return weights.matmul(images.to(ScalarType.Float32)).matmul(weights.transpose(2, 3)) // rows first, then columns
            .round_().clamp_(0, 255).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    /// <summary>The weight of every pixel along a side in every pixel of half as many, by every filter.</summary>
    private static float[] WeightsFor(int side)
    {
        var weights = new float[Count * (side / 2) * side];
        for (var row = 0; row < Count * (side / 2); row++)
        {
            var (radius, weight) = Filters[row / (side / 2)];
            var center = 2 * (row % (side / 2)) + 0.5;
            // In units of the halved pixels; what lies beyond the border has no weight.
            var values = Enumerable.Range(0, side).Select(pixel => Math.Abs(pixel - center) / 2)
                .Select(x => x < radius ? weight(x) : 0).ToArray();
            var sum = values.Sum();
            for (var pixel = 0; pixel < side; pixel++)
                weights[row * side + pixel] = (float)(values[pixel] / sum);
        }
        return weights;
    }

    private static double Cubic(double x) => x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2;

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
