using static TorchSharp.torch;

namespace SelfSup.Testing;

/// <summary>Smooth pictures to try tasks on.</summary>
internal static class TrialImages
{
    /// <summary>Draws the same pictures every time.</summary>
    /// <param name="count">How many.</param>
    /// <param name="side">Side in pixels.</param>
    /// <param name="frames">Frames of every picture: 1, or more for clips.</param>
    /// <returns>uint8 (count, 3, side, side), or clips (count, frames, 3, side, side), owned by the caller.</returns>
    public static Tensor Draw(int count, int side, int frames)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var coarse = random.Uniform(count, 3, 4, 4);
        var images = nn.functional.interpolate(coarse, size: [side, side], mode: InterpolationMode.Bilinear, align_corners: false)
            .mul(255).to(ScalarType.Byte);
        // What moves in a clip is the whole picture, two pixels a frame.
        var clips = frames == 1 ? images : stack([.. Enumerable.Range(0, frames).Select(t => images.roll(2 * t, 3))], dim: 1);
        return clips.MoveToOuterDisposeScope();
    }
}
