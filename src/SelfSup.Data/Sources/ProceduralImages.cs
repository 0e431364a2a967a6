using SkiaSharp;

namespace SelfSup.Data;

/// <summary>Small drawings of eight kinds of object, so that everything runs with no data at all.</summary>
/// <remarks>
/// Objects stand upright before a background that has no direction of its own, so a task must look at the object. Hues are drawn
/// at random for every image, so that colour alone does not tell the class.
/// </remarks>
public sealed class ProceduralImages : ILabeledImageSource
{
    private static readonly string[] Names = ["arrow", "boat", "car", "fish", "flower", "house", "mushroom", "tree"];
    private readonly int seed;

    /// <summary>Creates the source.</summary>
    /// <param name="count">Number of images, at least 1; classes take turns.</param>
    /// <param name="seed">Other seeds give other images.</param>
    public ProceduralImages(int count, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        (Count, this.seed) = (count, seed);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => Names;

    /// <inheritdoc/>
    public int LabelOf(int index) => index % Names.Length;

    /// <inheritdoc/>
    public string NameOf(int index) => $"{Names[LabelOf(index)]} {index}";

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels)
    {
        // System.Random with a seed is documented to repeat itself only within a runtime version, which is enough for a demo.
        var random = new Random(HashCode(seed, index));
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Scale(size);
            Draw(canvas, LabelOf(index), random);
        }
        var drawn = bitmap.GetPixelSpan();
        var plane = size * size;
        for (var i = 0; i < plane; i++)
        {
            var noise = random.Next(-10, 11);
            for (var channel = 0; channel < 3; channel++)
                pixels[channel * plane + i] = (byte)Math.Clamp(drawn[4 * i + channel] + noise, 0, 255);
        }
    }

    private static int HashCode(int seed, int index) => unchecked((int)((uint)seed * 2654435761 ^ (uint)index * 2246822519));

    /// <summary>Draws a scene into the unit square.</summary>
    private static void Draw(SKCanvas canvas, int label, Random random)
    {
        // The background runs in any direction: only the object tells which way is up.
        var first = SKColor.FromHsv(Between(random, 0, 360), Between(random, 10, 60), Between(random, 40, 100));
        var last = SKColor.FromHsv(Between(random, 0, 360), Between(random, 10, 60), Between(random, 40, 100));
        var angle = Between(random, 0, 2 * MathF.PI);
        var (dx, dy) = (MathF.Cos(angle) / 2, MathF.Sin(angle) / 2);
        using (var shader = SKShader.CreateLinearGradient(new SKPoint(0.5f - dx, 0.5f - dy), new SKPoint(0.5f + dx, 0.5f + dy), [first, last], SKShaderTileMode.Clamp))
        using (var paint = new SKPaint { Shader = shader })
            canvas.DrawRect(0, 0, 1, 1, paint);
        for (var i = random.Next(6); i > 0; i--)
        {
            // Clutter that is the same in every class.
            var spot = SKColor.FromHsv(Between(random, 0, 360), Between(random, 10, 80), Between(random, 40, 100));
            float x = Between(random, 0, 1), y = Between(random, 0, 1), r = Between(random, 0.02f, 0.06f);
            Circle(canvas, spot, x, y, r);
        }
        var scale = Between(random, 0.4f, 0.85f);
        canvas.Translate(Between(random, 0, 1 - scale), Between(random, 0, 1 - scale));
        canvas.Scale(scale);
        canvas.RotateDegrees(Between(random, -12, 12), 0.5f, 0.5f);
        var main = SKColor.FromHsv(Between(random, 0, 360), Between(random, 50, 100), Between(random, 45, 100));
        var second = SKColor.FromHsv(Between(random, 0, 360), Between(random, 50, 100), Between(random, 25, 80));
        DrawObject(canvas, Names[label], main, second);
    }

    private static void DrawObject(SKCanvas canvas, string name, SKColor main, SKColor second)
    {
        switch (name)
        {
            case "arrow":
                Polygon(canvas, main, 0.5f, 0.05f, 0.9f, 0.45f, 0.62f, 0.45f, 0.62f, 0.95f, 0.38f, 0.95f, 0.38f, 0.45f, 0.1f, 0.45f);
                break;
            case "boat":
                Polygon(canvas, second, 0.05f, 0.65f, 0.95f, 0.65f, 0.78f, 0.92f, 0.22f, 0.92f);
                Polygon(canvas, main, 0.48f, 0.08f, 0.48f, 0.6f, 0.12f, 0.6f);
                Polygon(canvas, main, 0.54f, 0.18f, 0.86f, 0.6f, 0.54f, 0.6f);
                break;
            case "car":
                Polygon(canvas, main, 0.28f, 0.35f, 0.68f, 0.35f, 0.8f, 0.55f, 0.97f, 0.58f, 0.97f, 0.8f, 0.03f, 0.8f, 0.03f, 0.58f, 0.18f, 0.55f);
                Circle(canvas, second, 0.25f, 0.82f, 0.12f);
                Circle(canvas, second, 0.75f, 0.82f, 0.12f);
                break;
            case "fish":
                Fill(main, paint => canvas.DrawOval(0.42f, 0.5f, 0.36f, 0.22f, paint));
                Polygon(canvas, main, 0.7f, 0.5f, 0.97f, 0.28f, 0.97f, 0.72f);
                Polygon(canvas, second, 0.35f, 0.3f, 0.6f, 0.32f, 0.5f, 0.12f);
                Circle(canvas, SKColors.White, 0.2f, 0.45f, 0.05f);
                break;
            case "flower":
                Polygon(canvas, second, 0.47f, 0.5f, 0.53f, 0.5f, 0.53f, 0.98f, 0.47f, 0.98f);
                for (var petal = 0; petal < 6; petal++)
                    Circle(canvas, main, 0.5f + 0.2f * MathF.Cos(petal * MathF.PI / 3), 0.32f + 0.2f * MathF.Sin(petal * MathF.PI / 3), 0.12f);
                Circle(canvas, second, 0.5f, 0.32f, 0.11f);
                break;
            case "house":
                Polygon(canvas, main, 0.15f, 0.45f, 0.85f, 0.45f, 0.85f, 0.95f, 0.15f, 0.95f);
                Polygon(canvas, second, 0.5f, 0.08f, 0.97f, 0.46f, 0.03f, 0.46f);
                Polygon(canvas, second, 0.42f, 0.65f, 0.58f, 0.65f, 0.58f, 0.95f, 0.42f, 0.95f);
                break;
            case "mushroom":
                Polygon(canvas, second, 0.4f, 0.45f, 0.6f, 0.45f, 0.65f, 0.95f, 0.35f, 0.95f);
                Fill(main, paint => canvas.DrawArc(new SKRect(0.06f, 0.1f, 0.94f, 0.95f), 180, 180, true, paint));
                Circle(canvas, SKColors.White, 0.35f, 0.35f, 0.06f);
                Circle(canvas, SKColors.White, 0.62f, 0.28f, 0.07f);
                break;
            default:
                Polygon(canvas, second, 0.44f, 0.7f, 0.56f, 0.7f, 0.56f, 0.98f, 0.44f, 0.98f);
                Polygon(canvas, main, 0.5f, 0.03f, 0.78f, 0.36f, 0.22f, 0.36f);
                Polygon(canvas, main, 0.5f, 0.18f, 0.86f, 0.56f, 0.14f, 0.56f);
                Polygon(canvas, main, 0.5f, 0.36f, 0.95f, 0.78f, 0.05f, 0.78f);
                break;
        }
    }

    private static void Circle(SKCanvas canvas, SKColor color, float x, float y, float radius) =>
        Fill(color, paint => canvas.DrawCircle(x, y, radius, paint));

    private static void Fill(SKColor color, Action<SKPaint> draw)
    {
        using var paint = new SKPaint { Color = color, IsAntialias = true };
        draw(paint);
    }

    private static void Polygon(SKCanvas canvas, SKColor color, params ReadOnlySpan<float> corners)
    {
        using var outline = new SKPathBuilder();
        outline.MoveTo(corners[0], corners[1]);
        for (var i = 2; i < corners.Length; i += 2)
            outline.LineTo(corners[i], corners[i + 1]);
        outline.Close();
        using var path = outline.Detach();
        Fill(color, paint => canvas.DrawPath(path, paint));
    }

    private static float Between(Random random, float low, float high) => low + (high - low) * random.NextSingle();
}
