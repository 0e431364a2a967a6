using System.Text;

namespace SelfSup.Transfer;

/// <summary>Writes a transfer report as text that a stranger can read.</summary>
internal static class TransferTable
{
    /// <summary>Formats nearest neighbours and spread, then few labels.</summary>
    public static string Format(TransferReport report)
    {
        var text = new StringBuilder();
        text.Append(Invariant($"Features of {report.Architecture} at {report.ImageSize} px, {report.Stage}: "));
        text.AppendLine(Invariant($"{report.TrainImages} labels, {report.TestImages} test images; chance {100 * report.Chance:F1} %"));
        text.AppendLine();
        TextTable.Append(text, words: 1, [
            ["nearest neighbours", "length", "k 20, T 0.07", "k 200, T 0.1", "deviation", "effective rank"],
            .. report.Rows.Select(row => new[]
            {
                row.Features, Invariant($"{row.Length}"), Percent(row.Knn20), Percent(row.Knn200), Invariant($"{row.Spread.Deviation:F2}"),
                Invariant($"{row.Spread.EffectiveRank:F1}"),
            }),
        ]);
        text.AppendLine();
        TextTable.Append(text, words: 1, [
            ["labels a class", .. report.Rows[0].LowShot.Select(result => Invariant($"{result.LabelsPerClass}"))],
            .. report.Rows.Select(row => (string[])
                [row.Features, .. row.LowShot.Select(result => Invariant($"{100 * result.Mean:F1} ±{100 * result.Deviation:F1}"))]),
        ]);
        text.AppendLine();
        text.AppendLine(Invariant($"Few labels: test accuracy in percent, mean and standard deviation over {report.Draws} draws (seed {report.Seed})."));
        text.AppendLine("Deviation is 1 for features that fill all directions evenly and 0 for equal ones.");
        return text.ToString();
    }

    private static string Percent(double share) => Invariant($"{100 * share:F1} %");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
