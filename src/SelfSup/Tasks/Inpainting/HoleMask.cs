using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Draws the holes of <see cref="InpaintingTask"/>.</summary>
public static class HoleMask
{
    private const double NoisePerSide = 0.06 * 128; // the published factor at the published size, so that blobs grow with the image
    private const double BlockSide = 0.375; // of the image's: too large to be guessed from the pixels next to it
    private const int BlockSequences = 16;
    private const int BlocksPerSequence = 4;
    private const double Area = 0.25;

    /// <summary>Width in pixels of the known band around a hole that is predicted too: 4 at 128 pixels, as published.</summary>
    /// <param name="size">Side of the image in pixels.</param>
    /// <returns>At least 1.</returns>
    public static int BandFor(int size) => Math.Max(1, (int)Math.Round(size / 32.0));

    /// <summary>Draws a hole.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="size">Side of the image in pixels, at least 16.</param>
    /// <param name="random">The only source of randomness, on the device where the mask goes.</param>
    /// <returns>Bool (1, 1, size, size), true in the hole; owned by the caller.</returns>
    public static Tensor Draw(InpaintingMask kind, int size, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 16);
        using var scope = NewDisposeScope();
        var mask = kind switch
        {
            InpaintingMask.Center => Center(size, random.Device),
            InpaintingMask.RandomBlock => Blocks(size, random),
            _ => Region(size, random),
        };
        return mask.view(1, 1, size, size).MoveToOuterDisposeScope();
    }

    /// <summary>Weighs pixels' errors: 1 in the hole, 10 in a band of known pixels around it, 0 elsewhere.</summary>
    /// <param name="mask">The hole, bool (1, 1, S, S).</param>
    /// <param name="band">Width of the band in pixels, at least 0.</param>
    /// <returns>Float (1, 1, S, S), owned by the caller.</returns>
    public static Tensor WeighErrors(Tensor mask, int band)
    {
        using var scope = NewDisposeScope();
        var hole = mask.to(ScalarType.Float32);
        var grown = nn.functional.max_pool2d(hole, 2 * band + 1, 1, band);
        return grown.sub(hole).mul(10).add(hole).MoveToOuterDisposeScope();
    }

    private static Tensor Center(int size, Device device)
    {
        int low = size / 4 + BandFor(size), high = size - low;
        var inside = arange(size, int64, device).ge(low).mul(arange(size, int64, device).lt(high));
        return inside.view(-1, 1).mul(inside.view(1, -1));
    }

    /// <summary>
    /// Adds block to block in several sequences, and takes the union that comes closest to a quarter of the image. All unions are
    /// made at once, so that the host need not wait for one.
    /// </summary>
    private static Tensor Blocks(int size, RandomSource random)
    {
        var side = (int)Math.Round(size * BlockSide);
        var steps = arange(size, int64, random.Device);
        var blocks = Span().unsqueeze(3).mul(Span().unsqueeze(2)); // (sequences, blocks, S, S)
        var unions = blocks.to(ScalarType.Int32).cumsum(1).gt(0).flatten(0, 1);
        var excess = unions.to(ScalarType.Float32).mean([1, 2]).sub(Area).abs();
        return unions.index_select(0, excess.argmin(0, keepdim: true)).squeeze(0);

        Tensor Span()
        {
            // A first dimension of one: all ranks draw the same hole.
            var start = random.Integers(size - side + 1, 1, BlockSequences, BlocksPerSequence, 1).squeeze(0);
            return steps.ge(start).mul(steps.lt(start + side));
        }
    }

    /// <summary>
    /// Cuts smooth noise at its own lower quartile: blobs of a quarter of the image. The published code cuts at a fixed level
    /// and draws again until 20 to 30 % are gone; this needs no second draw and no look at the result from the host.
    /// </summary>
    private static Tensor Region(int size, RandomSource random)
    {
        var cell = (int)Math.Round(size / NoisePerSide);
        var cells = (size + cell - 1) / cell + 4;
        var noise = random.Uniform(1, 1, cells, cells);
        var field = nn.functional.interpolate(
            noise, size: [cells * cell, cells * cell], mode: InterpolationMode.Bicubic, align_corners: false);
        // A window at a random phase, away from the field's borders, has no favorite place for holes.
        var smooth = field.index_select(2, Window()).index_select(3, Window()).view(size, size);
        var level = smooth.flatten().sort().Values.narrow(0, (int)(size * size * Area), 1);
        return smooth.lt(level);

        Tensor Window() => arange(size, int64, random.Device).add_(random.Integers(cell, 1)).add_(cell + cell / 2);
    }
}
