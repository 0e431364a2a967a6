using System.Numerics;

namespace SelfSup.Data;

/// <summary>What lies behind and over the things of procedural pictures; none of it tells what they are, or what is up.</summary>
internal static class ProceduralScene
{
    public static void PaintBackdrop(ShapeCanvas canvas, ref SplitMix64 random)
    {
        PaintGradient(canvas, ref random);
        PaintSpots(canvas, ref random);
    }

    /// <summary>One color that passes into another, in any direction.</summary>
    private static void PaintGradient(ShapeCanvas canvas, ref SplitMix64 random)
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
            var center = new Vector2(random.NextSingle(), random.NextSingle());
            canvas.Place(center, random.NextSingle(0.05f, 0.18f), random.NextSingle(0, MathF.Tau));
            canvas.Ellipse(0, 0, 1, random.NextSingle(0.4f, 1), new(ProceduralShapes.AnyColor(ref random, 0.75f).Color));
        }
    }

    /// <summary>The color and strength of the light, and noise: they hide the class from the mean color.</summary>
    public static void PaintLight(ShapeCanvas canvas, ref SplitMix64 random)
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
