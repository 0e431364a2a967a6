using System.Numerics;

namespace SelfSup.Data;

/// <summary>The color of a shape, lit from above, with stripes of another color if there are any.</summary>
internal readonly record struct ShapePaint(Vector3 Color, Vector3 Other = default, float Stripes = 0)
{
    /// <summary>The color at a point of the shape's frame.</summary>
    public Vector3 At(Vector2 point)
    {
        var color = Stripes > 0 && MathF.Floor(point.X * Stripes) % 2 == 0 ? Other : Color;
        return color * (1 + 0.15f * point.Y);
    }

    /// <summary>A color by hue in turns, and saturation and value in [0, 1].</summary>
    public static Vector3 Hsv(float hue, float saturation, float value)
    {
        float Channel(float shift) => value * (1 - saturation * Math.Clamp(2 - Math.Abs((hue * 6 + shift) % 6 - 2), 0, 1));
        return new(Channel(5), Channel(3), Channel(1));
    }
}
