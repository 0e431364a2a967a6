namespace SelfSup.Reports;

/// <summary>Numbers as people read them, in one form all over the world.</summary>
internal static class Figure
{
    public static string Count(long count) => FormattableString.Invariant($"{count:N0}");

    /// <summary>A count with its noun, which ends with s if they are several.</summary>
    public static string Count(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A share, 0..1, in percent, with its standard deviation in points where there is one.</summary>
    public static string Percent(double share, double? deviation = null) => deviation is { } points
        ? FormattableString.Invariant($"{100 * share:F1} ±{100 * points:F1} %")
        : FormattableString.Invariant($"{100 * share:F1} %");

    /// <summary>Any value; whole and large ones with all their digits, others with four.</summary>
    public static string Value(double value) => Math.Abs(value) is < 1e12 and var size && (size >= 10_000 || value == Math.Round(value))
        ? FormattableString.Invariant($"{value:N0}")
        : FormattableString.Invariant($"{value:G4}");
}
