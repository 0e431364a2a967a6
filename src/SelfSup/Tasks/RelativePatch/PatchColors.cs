using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Takes from patches those colors by which chromatic aberration would tell their place.</summary>
internal static class PatchColors
{
    private static readonly DeviceConstant greenToMagenta = new(() => tensor(new[] { -1f, 2f, -1f }, device: CPU).div_(MathF.Sqrt(6)).view(1, 3, 1, 1));

    /// <summary>Projects the axis from green to magenta out of every pixel.</summary>
    /// <param name="patches">RGB patches (M, 3, p, p) of any type.</param>
    /// <returns>Float32 (M, 3, p, p), in which -red + 2 green - blue is 0.</returns>
    public static Tensor ProjectOut(Tensor patches)
    {
        using var scope = NewDisposeScope();
        var axis = greenToMagenta.On(patches.device);
        var pixels = patches.to(ScalarType.Float32);
        return pixels.sub(pixels.mul(axis).sum(1, keepdim: true).mul(axis)).MoveToOuterDisposeScope();
    }

    /// <summary>Keeps one random channel of every patch and puts noise of a hundredth of its deviation in place of the others.</summary>
    /// <param name="patches">Standardized patches, float32 (M, 3, p, p).</param>
    /// <param name="random">Draws channels and noise.</param>
    /// <returns>Float32 (M, 3, p, p).</returns>
    public static Tensor DropTwo(Tensor patches, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var kept = random.Integers(3, [patches.shape[0], 1, 1, 1]);
        var isKept = arange(3, int64, patches.device).view(1, 3, 1, 1).eq(kept);
        var noise = random.Normal(patches.shape).mul_(0.01f);
        return where(isKept, patches, noise).MoveToOuterDisposeScope();
    }
}
