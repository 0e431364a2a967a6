using System.Numerics;

namespace SelfSup.Data;

/// <summary>
/// Small labelled pictures drawn on demand, for demonstrations and tests: a thing before a backdrop of blurred colours. Things have
/// a clear top and backdrops have none, so that rotation cannot be told without seeing the thing; leaves, flames and wood have their
/// colours, so colorization and inpainting can be learnt; and the mean colour does not give the class away.
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
        PaintBackdrop(canvas, ref random);
        PaintSpots(canvas, ref random);
        var scale = random.NextSingle(0.26f, 0.42f);
        var margin = 0.85f * scale;
        var centre = new Vector2(random.NextSingle(margin, 1 - margin), random.NextSingle(margin, 1 - margin));
        canvas.Place(centre, scale, random.NextSingle(-0.2f, 0.2f));
        ProceduralShapes.Draw(canvas, LabelOf(index), ref random);
        PaintLight(canvas, ref random);
        canvas.CopyTo(pixels);
    }

    /// <inheritdoc/>
    public ulong GetFingerprint()
    {
        var fingerprint = new Fingerprint(nameof(ProceduralImages));
        fingerprint.Add((ulong)Count);
        fingerprint.Add((ulong)seed);
        return fingerprint.Value;
    }

    private void Check(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The source has {Count} images.");
    }

    /// <summary>One colour that passes into another, in any direction.</summary>
    private static void PaintBackdrop(ShapeCanvas canvas, ref SplitMix64 random)
    {
        var from = ProceduralShapes.AnyColor(ref random, 0.7f).Color;
        var to = ProceduralShapes.AnyColor(ref random, 0.7f).Color;
        var (sin, cos) = MathF.SinCos(random.NextSingle(0, MathF.Tau));
        for (var y = 0; y < canvas.Size; y++)
        {
            for (var x = 0; x < canvas.Size; x++)
            {
                var along = (cos * (x + 0.5f - canvas.Size / 2f) + sin * (y + 0.5f - canvas.Size / 2f)) / canvas.Size;
                canvas[x, y] = Vector3.Lerp(from, to, Math.Clamp(along + 0.5f, 0, 1));
            }
        }
    }

    private static void PaintSpots(ShapeCanvas canvas, ref SplitMix64 random)
    {
        for (var spots = 2 + random.Next(4); spots > 0; spots--)
        {
            var centre = new Vector2(random.NextSingle(), random.NextSingle());
            canvas.Place(centre, random.NextSingle(0.05f, 0.18f), random.NextSingle(0, MathF.Tau));
            canvas.Ellipse(0, 0, 1, random.NextSingle(0.4f, 1), new(ProceduralShapes.AnyColor(ref random, 0.75f).Color));
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
