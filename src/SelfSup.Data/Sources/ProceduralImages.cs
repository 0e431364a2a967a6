using System.Numerics;

namespace SelfSup.Data;

/// <summary>
/// Small labelled pictures drawn on demand, for demonstrations and tests: a thing on the ground under a sky. Things, sky and ground
/// have a clear top, so rotation can be learnt; leaves, sky, flames and wood have their colours, so colorization and inpainting can;
/// and the mean colour does not give the class away.
/// </summary>
/// <remarks>A picture depends on the seed and its index alone, and is drawn at the size asked for.</remarks>
public sealed class ProceduralImages : ILabeledImageSource
{
    private readonly int seed;

    /// <summary>Creates the source.</summary>
    /// <param name="count">How many images, at least 1; every class has as many, or one more.</param>
    /// <param name="seed">Decides the pictures; sources with different seeds share none.</param>
    public ProceduralImages(int count, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        this.seed = seed;
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => ProceduralShapes.Names;

    /// <inheritdoc/>
    public int LabelOf(int index)
    {
        Check(index);
        return index % ProceduralShapes.Names.Length;
    }

    /// <inheritdoc/>
    public string NameOf(int index) => FormattableString.Invariant($"{ClassNames[LabelOf(index)]} {index} (seed {seed})");

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Check(index);
        var random = new SplitMix64(seed, index);
        var canvas = ShapeCanvas.Of(size);
        var horizon = random.NextSingle(0.55f, 0.85f);
        PaintSkyAndGround(canvas, horizon, ref random);
        PaintClouds(canvas, horizon, ref random);
        PaintStones(canvas, horizon, ref random);
        var scale = random.NextSingle(0.24f, 0.4f);
        var margin = 0.85f * scale;
        var centre = new Vector2(random.NextSingle(margin, 1 - margin), random.NextSingle(Math.Max(margin, 0.35f), 1 - margin));
        canvas.Place(centre, scale, random.NextSingle(-0.2f, 0.2f));
        ProceduralShapes.Draw(canvas, LabelOf(index), ref random);
        PaintLight(canvas, ref random);
        canvas.CopyTo(pixels);
    }

    private void Check(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The source has {Count} images.");
    }

    private static void PaintSkyAndGround(ShapeCanvas canvas, float horizon, ref SplitMix64 random)
    {
        var sky = ShapePaint.Hsv(random.NextSingle(0.52f, 0.7f), random.NextSingle(0.3f, 0.75f), random.NextSingle(0.65f, 1));
        var haze = Vector3.Lerp(sky, ShapePaint.Hsv(random.NextSingle(0, 0.15f), random.NextSingle(0, 0.5f), 1), 0.6f);
        // Meadow, sand, earth or snow.
        var ground = random.Next(4) == 0
            ? ShapePaint.Hsv(0.6f, 0.05f, random.NextSingle(0.8f, 0.95f))
            : ShapePaint.Hsv(random.NextSingle(0.07f, 0.36f), random.NextSingle(0.25f, 0.7f), random.NextSingle(0.35f, 0.75f));
        for (var y = 0; y < canvas.Size; y++)
        {
            var height = (y + 0.5f) / canvas.Size;
            var covered = Math.Clamp((height - horizon) * canvas.Size + 0.5f, 0, 1);
            var color = Vector3.Lerp(Vector3.Lerp(sky, haze, height / horizon), ground * (1.15f - 0.4f * height), covered);
            for (var x = 0; x < canvas.Size; x++)
                canvas[x, y] = color;
        }
    }

    private static void PaintClouds(ShapeCanvas canvas, float horizon, ref SplitMix64 random)
    {
        for (var clouds = random.Next(3); clouds > 0; clouds--)
        {
            canvas.Place(new(random.NextSingle(), random.NextSingle(0.05f, 0.5f * horizon)), random.NextSingle(0.08f, 0.2f), 0);
            var white = new ShapePaint(new(random.NextSingle(0.85f, 1)));
            canvas.Ellipse(0, 0, 1, 0.35f, white);
            canvas.Ellipse(-0.2f, 0.2f, 0.5f, 0.4f, white);
        }
    }

    private static void PaintStones(ShapeCanvas canvas, float horizon, ref SplitMix64 random)
    {
        for (var stones = random.Next(4); stones > 0; stones--)
        {
            canvas.Place(new(random.NextSingle(), random.NextSingle(horizon, 1)), random.NextSingle(0.05f, 0.16f), 0);
            var paint = random.Next(2) == 0 ? ProceduralShapes.AnyColor(ref random, 0.6f) : ProceduralShapes.Leaves(ref random);
            canvas.Ellipse(0, 0, 1, 0.8f, paint, above: -0.3f);
        }
    }

    /// <summary>The colour and strength of the light, and noise: they hide the class from the mean colour.</summary>
    private static void PaintLight(ShapeCanvas canvas, ref SplitMix64 random)
    {
        var light = random.NextSingle(0.65f, 1.1f) * new Vector3(random.NextSingle(0.85f, 1.1f), 1, random.NextSingle(0.85f, 1.1f));
        var noise = random.NextSingle(0.01f, 0.05f);
        for (var y = 0; y < canvas.Size; y++)
        {
            for (var x = 0; x < canvas.Size; x++)
                canvas[x, y] = canvas[x, y] * light + new Vector3(noise * (random.NextSingle() + random.NextSingle() - 1));
        }
    }
}
