using static SelfSup.Data.ShapePaint;

namespace SelfSup.Data;

/// <summary>Draws the things that are the classes of <see cref="ProceduralImages"/>: each has a top, and colors that vary.</summary>
internal static class ProceduralShapes
{
    private delegate void Drawing(ShapeCanvas canvas, ref SplitMix64 random);

    private static readonly (string Name, Drawing Draw)[] shapes =
    [
        ("boat", Boat), ("flower", Flower), ("house", House), ("mushroom", Mushroom),
        ("rocket", Rocket), ("snowman", Snowman), ("tree", Tree), ("umbrella", Umbrella),
    ];

    public static string[] Names { get; } = [.. shapes.Select(shape => shape.Name)];

    public static void Draw(ShapeCanvas canvas, int label, ref SplitMix64 random) => shapes[label].Draw(canvas, ref random);

    /// <summary>A color of any hue.</summary>
    public static ShapePaint AnyColor(ref SplitMix64 random, float value = 0.85f) =>
        new(Hsv(random.NextSingle(), random.NextSingle(0.35f, 0.9f), value * random.NextSingle(0.7f, 1.1f)));

    /// <summary>The color of leaves: mostly green, sometimes autumnal.</summary>
    public static ShapePaint Leaves(ref SplitMix64 random)
    {
        var hue = random.Next(4) == 0 ? random.NextSingle(0.03f, 0.15f) : random.NextSingle(0.22f, 0.4f);
        return new(Hsv(hue, 0.75f, random.NextSingle(0.35f, 0.75f)));
    }

    private static ShapePaint Wood(ref SplitMix64 random) =>
        new(Hsv(random.NextSingle(0.05f, 0.1f), 0.6f, random.NextSingle(0.25f, 0.5f)));

    private static ShapePaint Pale(ref SplitMix64 random) =>
        new(Hsv(random.NextSingle(), random.NextSingle(0, 0.15f), random.NextSingle(0.8f, 1)));

    private static ShapePaint Striped(ref SplitMix64 random) =>
        AnyColor(ref random) with { Other = Pale(ref random).Color, Stripes = random.NextSingle(2, 4) };

    private static void Boat(ShapeCanvas canvas, ref SplitMix64 random)
    {
        canvas.Box(-0.06f, -0.5f, 0.06f, 0.95f, Wood(ref random));
        var sail = random.Next(2) == 0 ? Pale(ref random) : AnyColor(ref random);
        canvas.Polygon(sail, new(0.12f, -0.3f), new(0.85f, -0.3f), new(0.12f, 0.9f));
        canvas.Polygon(sail, new(-0.12f, -0.3f), new(-0.6f, -0.3f), new(-0.12f, 0.6f));
        canvas.Polygon(AnyColor(ref random, 0.7f), new(-0.95f, -0.4f), new(0.95f, -0.4f), new(0.6f, -0.95f), new(-0.6f, -0.95f));
    }

    private static void Flower(ShapeCanvas canvas, ref SplitMix64 random)
    {
        var leaves = Leaves(ref random);
        canvas.Box(-0.07f, -1, 0.07f, 0.3f, leaves);
        canvas.Ellipse(0.3f, -0.55f, 0.28f, 0.12f, leaves);
        canvas.Ellipse(-0.3f, -0.7f, 0.28f, 0.12f, leaves);
        var petals = AnyColor(ref random, 0.95f);
        var count = 5 + random.Next(3);
        for (var i = 0; i < count; i++)
        {
            var (sin, cos) = MathF.SinCos(i * MathF.Tau / count);
            canvas.Ellipse(0.38f * cos, 0.45f + 0.38f * sin, 0.24f, 0.24f, petals);
        }
        canvas.Ellipse(0, 0.45f, 0.2f, 0.2f, new(Hsv(random.NextSingle(0.1f, 0.16f), 0.85f, 0.95f)));
    }

    private static void House(ShapeCanvas canvas, ref SplitMix64 random)
    {
        canvas.Box(0.35f, 0.3f, 0.55f, 0.95f, Wood(ref random));
        canvas.Box(-0.75f, -0.95f, 0.75f, 0.2f, random.Next(2) == 0 ? Pale(ref random) : AnyColor(ref random));
        canvas.Polygon(AnyColor(ref random, 0.6f), new(-0.95f, 0.15f), new(0.95f, 0.15f), new(0, 0.95f));
        canvas.Box(-0.5f, -0.95f, -0.12f, -0.25f, Wood(ref random));
        canvas.Box(0.15f, -0.5f, 0.55f, -0.12f, new(new(0.65f, 0.8f, 0.95f)));
    }

    private static void Mushroom(ShapeCanvas canvas, ref SplitMix64 random)
    {
        canvas.Polygon(Pale(ref random), new(-0.3f, -0.95f), new(0.3f, -0.95f), new(0.2f, 0.1f), new(-0.2f, 0.1f));
        canvas.Ellipse(0, 0, 0.95f, 0.9f, AnyColor(ref random), above: 0);
        var dots = Pale(ref random);
        canvas.Ellipse(-0.45f, 0.3f, 0.15f, 0.13f, dots);
        canvas.Ellipse(0.05f, 0.6f, 0.17f, 0.14f, dots);
        canvas.Ellipse(0.5f, 0.25f, 0.14f, 0.12f, dots);
    }

    private static void Rocket(ShapeCanvas canvas, ref SplitMix64 random)
    {
        canvas.Polygon(new(Hsv(random.NextSingle(0.03f, 0.14f), 0.9f, 1)), new(-0.2f, -0.55f), new(0.2f, -0.55f), new(0, -1));
        var fins = AnyColor(ref random);
        canvas.Polygon(fins, new(-0.25f, -0.1f), new(-0.25f, -0.55f), new(-0.65f, -0.75f));
        canvas.Polygon(fins, new(0.25f, -0.1f), new(0.25f, -0.55f), new(0.65f, -0.75f));
        canvas.Box(-0.3f, -0.6f, 0.3f, 0.4f, random.Next(2) == 0 ? Pale(ref random) : AnyColor(ref random));
        canvas.Polygon(fins, new(-0.3f, 0.4f), new(0.3f, 0.4f), new(0, 1));
        canvas.Ellipse(0, 0.1f, 0.15f, 0.15f, new(new(0.3f, 0.5f, 0.8f)));
    }

    private static void Snowman(ShapeCanvas canvas, ref SplitMix64 random)
    {
        // Not always of snow, or brightness would give it away.
        var snow = random.Next(3) == 0 ? AnyColor(ref random) : Pale(ref random);
        var coal = new ShapePaint(new(0.1f, 0.1f, 0.12f));
        canvas.Ellipse(0, -0.5f, 0.55f, 0.48f, snow);
        canvas.Ellipse(0, 0.2f, 0.38f, 0.36f, snow);
        canvas.Box(-0.42f, 0.44f, 0.42f, 0.54f, coal);
        canvas.Box(-0.27f, 0.5f, 0.27f, 0.98f, random.Next(2) == 0 ? coal : AnyColor(ref random, 0.6f));
        canvas.Ellipse(-0.14f, 0.3f, 0.06f, 0.06f, coal);
        canvas.Ellipse(0.14f, 0.3f, 0.06f, 0.06f, coal);
        canvas.Polygon(new(new(0.95f, 0.5f, 0.1f)), new(-0.04f, 0.2f), new(0.04f, 0.12f), new(0.34f, 0.1f));
    }

    private static void Tree(ShapeCanvas canvas, ref SplitMix64 random)
    {
        canvas.Polygon(Wood(ref random), new(-0.2f, -1), new(0.2f, -1), new(0.11f, 0), new(-0.11f, 0));
        var leaves = Leaves(ref random);
        canvas.Ellipse(-0.4f, 0.1f, 0.42f, 0.36f, leaves);
        canvas.Ellipse(0.4f, 0.1f, 0.42f, 0.36f, leaves);
        canvas.Ellipse(0, 0.5f, 0.5f, 0.45f, leaves with { Color = leaves.Color * 1.1f });
    }

    private static void Umbrella(ShapeCanvas canvas, ref SplitMix64 random)
    {
        var stick = Wood(ref random);
        canvas.Box(-0.05f, -0.85f, 0.05f, 0.95f, stick);
        canvas.Box(-0.05f, -0.95f, 0.3f, -0.83f, stick);
        canvas.Ellipse(0, 0, 0.95f, 0.8f, Striped(ref random), above: 0);
    }
}
