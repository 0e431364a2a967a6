using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

/// <summary>Gray noise seen through a lens that magnifies red and shrinks blue: nothing but the colors tells the place of a tile.</summary>
internal static class AberratedNoise
{
    /// <summary>Draws images.</summary>
    /// <param name="count">How many.</param>
    /// <param name="side">Their side in pixels.</param>
    /// <param name="shift">By how many pixels red and blue each part from green at the middle of a border.</param>
    /// <param name="seed">Another seed, other noise.</param>
    public static InMemoryImages Create(int count, int side, double shift, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(seed);
        var points = side / 2 + 8; // two pixels from point to point of the lattice, with a margin for blue
        var lattice = random.Uniform(count, 1, points, points);
        // Where the lattice begins is another fraction of a pixel in every image, or its points would tell the place.
        var origin = random.Uniform(count, 1, 1, 2).mul(2).sub(1).mul(2.0 / points);
        var pixels = cat([See(1 + 2 * shift / side), See(1), See(1 - 2 * shift / side)], dim: 1); // red, green, blue
        return new InMemoryImages(pixels.mul(255).to(ScalarType.Byte).contiguous().data<byte>().ToArray(), side);

        Tensor See(double magnification)
        {
            // In grid_sample's units the whole lattice goes from -1 to 1.
            var line = arange(side).to(ScalarType.Float32).sub((side - 1) / 2.0).div(magnification).div(points);
            var grid = stack([line.view(1, side).expand(side, side), line.view(side, 1).expand(side, side)], dim: 2).unsqueeze(0);
            return nn.functional.grid_sample(lattice, grid.add(origin), align_corners: false);
        }
    }
}
