using System.Globalization;

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

    /// <summary>A value at an axis, with as many digits as tell it from the next one.</summary>
    /// <param name="value">The value.</param>
    /// <param name="step">From one value to the next.</param>
    public static string Tick(double value, double step)
    {
        var digits = 1 + (int)Math.Ceiling(Math.Log10(Math.Max(1, Math.Abs(value) / step)));
        return step >= 1 || digits <= 4 ? Value(value) : value.ToString($"G{Math.Min(digits, 15)}", CultureInfo.InvariantCulture);
    }
}
