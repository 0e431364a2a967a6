using System.Globalization;

namespace SelfSup.Reports;

/// <summary>Draws a map as SVG, its points in the order in which they are given; the page's script lets people look around in it.</summary>
internal static class MapDrawing
{
    private const double Width = 900, Height = 620, Margin = 22;

    /// <summary>Draws a map.</summary>
    /// <param name="points">The images, at least one.</param>
    /// <param name="views">Where they lie; the first is the one that is seen without a click, and on paper.</param>
    /// <param name="classNames">The classes' names; none if images have no class.</param>
    /// <param name="data">What the script needs of every image, as JSON without angle brackets.</param>
    public static Html Draw(MapPoint[] points, IReadOnlyList<MapView> views, IReadOnlyList<string> classNames, string data)
    {
        var places = views.Select(PlacesOf).ToArray();
        var marks = points.Select((point, i) => Html.Of(
            $"<use href=\"#mark-{ShapeOf(point)}\" class=\"{ClassOf(point)}\" x=\"{places[0][i].X:F1}\" y=\"{places[0][i].Y:F1}\" data-places=\"{WritePlaces(i)}\" role=\"img\" aria-label=\"{LabelOf(point, classNames)}\"{GroupOf(point)}/>\n"));
        return Html.Of($"""
            <div class="map">
            <div class="keys">{WriteViews(views)}{WriteKeys(points, classNames)}</div>
            <div class="plane"><svg viewBox="0 0 {Width} {Height}" role="group" aria-label="Map of {points.Length} images. The arrow keys go from image to image.">
            <g class="points">{marks}</g><g class="pictures" aria-hidden="true"></g><g class="links" aria-hidden="true"></g><circle class="ring" r="9" cx="-99"/>
            </svg></div>
            <div class="card"><p class="hint">Point at an image, or go from image to image with the arrow keys.</p></div>
            <script type="application/json">{Html.Raw(data)}</script>
            </div>

            """);

        string WritePlaces(int point) => string.Join(' ', places.Select(view => string.Create(CultureInfo.InvariantCulture, $"{view[point].X:F1},{view[point].Y:F1}")));
    }

    private static IEnumerable<Html> WriteViews(IReadOnlyList<MapView> views) => views.Count == 1 ? [] : views.Select((view, number) => Html.Of($"""
        <button type="button" class="view" aria-pressed="{(number == 0 ? "true" : "false")}">{view.Name}</button>

        """));

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

    private static (double X, double Y)[] PlacesOf(MapView view)
    {
        var across = ScaleOf([.. view.Places.Select(place => place.X)], Margin, Width - Margin);
        var up = ScaleOf([.. view.Places.Select(place => place.Y)], Height - Margin, Margin);
        return [.. view.Places.Select(place => (across(place.X), up(place.Y)))];
    }

    private static Func<double, double> ScaleOf(double[] values, double start, double end)
    {
        var (low, high) = (values.Min(), values.Max());
        return high > low ? value => start + ((end - start) * (value - low) / (high - low)) : _ => (start + end) / 2;
    }
}
