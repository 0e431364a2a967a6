namespace SelfSup.Reports;

/// <summary>Draws a map as SVG, its points in the order in which they are given; the page's script lets people look around in it.</summary>
internal static class MapDrawing
{
    private const double Width = 900, Height = 620, Margin = 22;

    /// <summary>Draws a map.</summary>
    /// <param name="points">The images, at least one.</param>
    /// <param name="classNames">The classes' names; none if images have no class.</param>
    /// <param name="data">What the script needs of every image, as JSON without angle brackets.</param>
    public static Html Draw(MapPoint[] points, IReadOnlyList<string> classNames, string data)
    {
        var across = ScaleOf([.. points.Select(point => point.X)], Margin, Width - Margin);
        var up = ScaleOf([.. points.Select(point => point.Y)], Height - Margin, Margin);
        var marks = points.Select(point => Html.Of(
            $"<use href=\"#mark-{ShapeOf(point)}\" class=\"{ClassOf(point)}\" x=\"{across(point.X):F1}\" y=\"{up(point.Y):F1}\" role=\"img\" aria-label=\"{LabelOf(point, classNames)}\"{GroupOf(point)}/>\n"));
        return Html.Of($"""
            <div class="map">
            <div class="keys">{WriteKeys(points, classNames)}</div>
            <div class="plane"><svg viewBox="0 0 {Width} {Height}" role="group" aria-label="Map of {points.Length} images. The arrow keys go from image to image.">
            <g class="points">{marks}</g><g class="pictures" aria-hidden="true"></g><g class="links" aria-hidden="true"></g><circle class="ring" r="9" cx="-99"/>
            </svg></div>
            <div class="card"><p class="hint">Point at an image, or go from image to image with the arrow keys.</p></div>
            <script type="application/json">{Html.Raw(data)}</script>
            </div>

            """);
    }

    private static IEnumerable<Html> WriteKeys(MapPoint[] points, IReadOnlyList<string> classNames) =>
        from name in classNames.Index()
        let count = points.Count(point => point.Label == name.Index)
        where count > 0
        select Html.Of($"""
            <button type="button" class="key {Series.ColorOf(name.Index)}" aria-pressed="false" data-group="{name.Index}"><svg viewBox="-6 -6 12 12" aria-hidden="true"><use href="#mark-{Series.ShapeOf(name.Index)}"/></svg>{name.Item} <span>{count}</span></button>

            """);

    private static string LabelOf(MapPoint point, IReadOnlyList<string> classNames) =>
        string.Join(", ", ((string?[])[point.Name, point.Label is { } label ? classNames[label] : null, point.IsMarked ? "chosen" : null]).OfType<string>());

    private static string ShapeOf(MapPoint point) => point.Label is { } label ? Series.ShapeOf(label) : "circle";

    private static string ClassOf(MapPoint point) => (point.Label is { } label ? Series.ColorOf(label) : "plain") + (point.IsMarked ? " marked" : "");

    private static Html GroupOf(MapPoint point) => point.Label is { } label ? Html.Of($" data-group=\"{label}\"") : Html.Empty;

    private static Func<double, double> ScaleOf(double[] values, double start, double end)
    {
        var (low, high) = (values.Min(), values.Max());
        return high > low ? value => start + ((end - start) * (value - low) / (high - low)) : _ => (start + end) / 2;
    }
}
