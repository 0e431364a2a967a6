using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Standardizes tiles and takes from them those colors by which chromatic aberration would tell their place.</summary>
internal static class TileColors
{
    private static readonly DeviceConstant greenToMagenta = new(() => tensor(new[] { -1f, 2f, -1f }, device: CPU).div_(MathF.Sqrt(6)).view(1, 3, 1, 1));

    /// <summary>Standardizes tiles behind a guard.</summary>
    /// <param name="tiles">RGB tiles (M, 3, t, t) of any type.</param>
    /// <param name="guard">What to do about colors.</param>
    /// <param name="random">Draws channels.</param>
    /// <returns>Float32 (M, 3, t, t).</returns>
    public static Tensor Standardize(Tensor tiles, ColorGuard guard, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var inputs = guard switch
        {
            ColorGuard.Projection => Tiles.Standardize(ProjectOut(tiles)),
            ColorGuard.Dropping => DropTwo(Tiles.Standardize(tiles), random),
            _ => Tiles.Standardize(tiles),
        };
        return inputs.MoveToOuterDisposeScope();
    }

    /// <summary>Projects the axis from green to magenta out of every pixel.</summary>
    /// <param name="tiles">RGB tiles (M, 3, t, t) of any type.</param>
    /// <returns>Float32 (M, 3, t, t), in which -red + 2 green - blue is 0.</returns>
    public static Tensor ProjectOut(Tensor tiles)
    {
        using var scope = NewDisposeScope();
        var axis = greenToMagenta.On(tiles.device);
        var pixels = tiles.to(ScalarType.Float32);
        return pixels.sub(pixels.mul(axis).sum(1, keepdim: true).mul(axis)).MoveToOuterDisposeScope();
    }

    /// <summary>Keeps one random channel of every tile, and puts it in place of the others too.</summary>
    /// <param name="tiles">Tiles (M, 3, t, t).</param>
    /// <param name="random">Draws channels.</param>
    /// <returns>Tiles (M, 3, t, t) of three equal channels.</returns>
    public static Tensor DropTwo(Tensor tiles, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var kept = random.Integers(3, [tiles.shape[0], 1, 1, 1]);
        var channel = tiles.gather(1, kept.expand(-1, 1, tiles.shape[2], tiles.shape[3])); // (M, 1, t, t)
        return channel.expand_as(tiles).contiguous().MoveToOuterDisposeScope();
    }
}
