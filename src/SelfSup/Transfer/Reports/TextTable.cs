using System.Text;

namespace SelfSup.Transfer;

/// <summary>Cells in columns, for terminals and logs.</summary>
internal static class TextTable
{
    private const int MaxWidth = 80;
    private const string Gap = "  ";

    /// <summary>A share in percent, with its standard deviation in points where there is one.</summary>
    public static string Percent(double share, double? deviation) => deviation is { } points
        ? FormattableString.Invariant($"{100 * share:F1} ±{100 * points:F1} %")
        : FormattableString.Invariant($"{100 * share:F1} %");

    /// <summary>Appends lines of cells; words stand left, numbers right. What is wider than 80 characters goes on in a table below.</summary>
    /// <param name="text">Receives the lines.</param>
    /// <param name="words">How many columns, from the first, are words. They begin every table.</param>
    /// <param name="lines">The cells, as many in every line.</param>
    public static void Append(StringBuilder text, int words, IReadOnlyList<string[]> lines)
    {
        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        for (var first = words; first < widths.Length;)
        {
            var columns = Enumerable.Range(0, words).ToList();
            do
                columns.Add(first++);
            while (first < widths.Length && columns.Append(first).Sum(column => widths[column] + Gap.Length) - Gap.Length <= MaxWidth);
            foreach (var line in lines)
            {
                var cells = columns.Select(column => column < words ? line[column].PadRight(widths[column]) : line[column].PadLeft(widths[column]));
                text.AppendLine(string.Join(Gap, cells).TrimEnd());
            }
            if (first < widths.Length)
                text.AppendLine();
        }
    }
}
