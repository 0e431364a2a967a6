namespace SelfSup.Reports;

/// <summary>How the lines of a chart and the groups of a map are told apart: by a color and by a shape, so that nobody depends on colors.</summary>
internal static class Series
{
    private const int Colors = 6;
    private static readonly string[] shapes = ["circle", "square", "triangle", "diamond"];

    /// <summary>The class of the page's style that has the color.</summary>
    public static string ColorOf(int number) => FormattableString.Invariant($"series-{number % Colors}");

    /// <summary>The shape's name. The first groups differ in both, and of two with one color the shapes differ.</summary>
    public static string ShapeOf(int number) => shapes[(number + (number / Colors)) % shapes.Length];

    /// <summary>The shapes, to be drawn by their names anywhere in the page.</summary>
    public static Html Shapes { get; } = Html.Raw("""
        <svg class="shapes" aria-hidden="true"><defs>
        <circle id="mark-circle" r="4"/><rect id="mark-square" x="-3.6" y="-3.6" width="7.2" height="7.2"/>
        <path id="mark-triangle" d="M0-4.8 4.6 3.4-4.6 3.4Z"/><path id="mark-diamond" d="M0-5 5 0 0 5-5 0Z"/>
        </defs></svg>
        """);
}
