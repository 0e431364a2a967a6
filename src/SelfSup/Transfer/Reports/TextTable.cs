using System.Text;

namespace SelfSup.Transfer;

/// <summary>Cells in columns, for terminals and logs.</summary>
internal static class TextTable
{
    /// <summary>A share in percent, with its standard deviation in points where there is one.</summary>
    public static string Percent(double share, double? deviation) => deviation is { } points
        ? FormattableString.Invariant($"{100 * share:F1} ±{100 * points:F1} %")
        : FormattableString.Invariant($"{100 * share:F1} %");

    /// <summary>Appends lines of cells; words stand left, numbers right.</summary>
    /// <param name="text">Receives the lines.</param>
    /// <param name="words">How many columns, from the first, are words.</param>
    /// <param name="lines">The cells, as many in every line.</param>
    public static void Append(StringBuilder text, int words, IReadOnlyList<string[]> lines)
    {
        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, i) => i < words ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            text.AppendLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
