using System.Numerics;

namespace SelfSup.Data;

/// <summary>Paints anti-aliased shapes over each other on a square; colors are RGB in [0, 1].</summary>
/// <remarks>
/// Shapes lie in a frame of their own, y up, about [-1, 1]. <see cref="Place"/> puts it on the picture, which is [0, 1], y down.
/// </remarks>
internal sealed class ShapeCanvas(int size)
{
    [ThreadStatic]
    private static ShapeCanvas? latest;

    private readonly Vector3[] pixels = new Vector3[size * size];
    // Samples a side of a pixel: small pictures have few pixels to tell a shape by.
    private readonly int samples = size <= 64 ? 3 : 2;
    private Matrix3x2 toPicture = Matrix3x2.Identity;
    private Matrix3x2 toFrame = Matrix3x2.Identity;

    public int Size => size;

    public ref Vector3 this[int x, int y] => ref pixels[y * size + x];

    /// <summary>The calling thread's canvas, which still holds its last picture.</summary>
    public static ShapeCanvas Of(int size) => latest?.Size == size ? latest : latest = new ShapeCanvas(size);

    /// <summary>Puts the frame of the shapes to come on the picture.</summary>
    public void Place(Vector2 center, float scale, float tilt)
    {
        toPicture = Matrix3x2.CreateScale(scale, -scale) * Matrix3x2.CreateRotation(tilt) * Matrix3x2.CreateTranslation(center);
        Matrix3x2.Invert(toPicture, out toFrame);
    }

    public void Ellipse(float x, float y, float radiusX, float radiusY, ShapePaint paint, float above = float.NegativeInfinity)
    {
        var center = new Vector2(x, y);
        var radii = new Vector2(radiusX, radiusY);
        Fill(center - radii, center + radii, paint, point => point.Y >= above && ((point - center) / radii).LengthSquared() <= 1);
    }

    public void Box(float left, float bottom, float right, float top, ShapePaint paint) =>
        Polygon(paint, new(left, bottom), new(right, bottom), new(right, top), new(left, top));

    /// <summary>Paints a convex polygon.</summary>
    public void Polygon(ShapePaint paint, params Vector2[] corners) =>
        Fill(corners.Aggregate(Vector2.Min), corners.Aggregate(Vector2.Max), paint, point => IsInside(corners, point));

    /// <summary>Writes the picture as three planes of bytes.</summary>
    public void CopyTo(Span<byte> planes)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            for (var i = 0; i < pixels.Length; i++)
                planes[channel * pixels.Length + i] = (byte)(Math.Clamp(pixels[i][channel], 0, 1) * 255 + 0.5f);
        }
    }

    private void Fill(Vector2 low, Vector2 high, ShapePaint paint, Func<Vector2, bool> isInside)
    {
        Vector2[] corners = [low, high, new(low.X, high.Y), new(high.X, low.Y)];
        var placed = corners.Select(corner => Vector2.Transform(corner, toPicture) * size).ToArray();
        var first = Vector2.Clamp(placed.Aggregate(Vector2.Min), Vector2.Zero, new(size));
        var last = Vector2.Clamp(placed.Aggregate(Vector2.Max) + Vector2.One, Vector2.Zero, new(size));
        for (var y = (int)first.Y; y < (int)last.Y; y++)
        {
            for (var x = (int)first.X; x < (int)last.X; x++)
                Blend(ref this[x, y], x, y, paint, isInside);
        }
    }

    private void Blend(ref Vector3 pixel, int x, int y, ShapePaint paint, Func<Vector2, bool> isInside)
    {
        var sum = Vector3.Zero;
        var covered = 0;
        for (var i = 0; i < samples * samples; i++)
        {
            var sample = new Vector2(x + (i % samples + 0.5f) / samples, y + (i / samples + 0.5f) / samples) / size;
            var point = Vector2.Transform(sample, toFrame);
            if (!isInside(point))
                continue;
            sum += paint.At(point);
            covered++;
        }
        pixel += (sum - covered * pixel) / (samples * samples);
    }

    private static bool IsInside(Vector2[] corners, Vector2 point)
    {
        bool left = false, right = false;
        for (var i = 0; i < corners.Length; i++)
        {
            var edge = corners[(i + 1) % corners.Length] - corners[i];
            var to = point - corners[i];
            var side = edge.X * to.Y - edge.Y * to.X;
            left |= side > 0;
            right |= side < 0;
        }
        return !(left && right);
    }
}
