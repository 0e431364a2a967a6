using static TorchSharp.torch;

namespace SelfSup.Tests;

/// <summary>Smooth color images for tests: every image has colors, shapes and an orientation.</summary>
internal static class TestImages
{
    /// <summary>uint8 (count, 3, side, side), owned by the caller.</summary>
    public static Tensor Colorful(int count, int side, ulong seed = 11)
    {
        using var scope = NewDisposeScope();
        var random = new RandomSource(seed);
        var coarse = random.Uniform(count, 3, 4, 4);
        var smooth = nn.functional.interpolate(coarse, size: [side, side], mode: InterpolationMode.Bilinear, align_corners: false);
        var ramp = linspace(0, 0.3, side).view(1, 1, side, 1);
        return smooth.mul(0.7).add(ramp).mul(255).to(ScalarType.Byte).MoveToOuterDisposeScope();
    }

    /// <summary>The images as clips that drift to the right, a pixel a frame: uint8 (count, frames, 3, side, side).</summary>
    public static Tensor Moving(int count, int frames, int side, ulong seed = 11)
    {
        using var scope = NewDisposeScope();
        var images = Colorful(count, side, seed);
        return stack([.. Enumerable.Range(0, frames).Select(t => images.roll(t, 3))], dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>The views that a task asks for, or the images as they are, owned by the caller.</summary>
    public static PretextInput InputFor(IPretextTask task, Tensor images, int side)
    {
        if (task.Views.Count == 0)
            return PretextInput.Of(images);
        using var random = new RandomSource(3);
        return new PretextInput(View.Make(task.Views, images, side, random), arange(images.shape[0], int64));
    }

    /// <summary>What a task learns from: images, or clips that are just long enough.</summary>
    public static Tensor For(IPretextTask task, int count, int side) =>
        task.MinimumFrames() == 1 ? Colorful(count, side) : Moving(count, task.MinimumFrames(), side);

    /// <summary>An input of a task: its images or clips, or the views that it asks for; on the CPU, owned by the caller.</summary>
    public static PretextInput InputFor(IPretextTask task, int count, int side)
    {
        // Crops are cut out of larger images, as the trainer does.
        using var images = For(task, count, task.Views.Count == 0 ? side : 2 * side);
        if (task.Views.Count == 0)
            return PretextInput.Of(images);
        using var random = new RandomSource(3);
        return new PretextInput(View.Make(task.Views, images, side, random), arange(count, int64, CPU));
    }
}
