using System.Globalization;
using System.Text;

namespace SelfSup.Benchmarks;

/// <summary>Writes the rows of recipes, and how far figures without labels agree with probes.</summary>
internal static class RecipeTable
{
    private const int Resamplings = 2000;

    public static string Format(IReadOnlyList<RecipeRow> rows, double minutes)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"### CIFAR-10, {minutes:0.#} minutes of one core for every task by its own recipe").AppendLine();
        text.AppendLine("| task | encoder | epochs | minutes | neighbors | stage | linear | linear, pooled | 8 labels a class | RankMe | deviation |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var row in rows.OrderByDescending(row => row.Linear))
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {row.Task} | {row.Encoder} | {row.Epochs} | {row.Minutes:0.0} | {100 * row.Neighbors:0.0} | {row.Stage} | {100 * row.Linear:0.0} ±{100 * row.LinearDeviation:0.0} | {100 * row.Pooled:0.0} | {100 * row.FewLabels:0.0} ±{100 * row.FewLabelsDeviation:0.0} | {row.RankMe:0} | {row.Deviation:0.00} |");
        }
        text.AppendLine();
        RecipeRow[] trained = [.. rows.Where(row => row is { Epochs: > 0, Linear: > 0 })];
        if (trained.Length > 3)
        {
            text.AppendLine($"Rank correlation (Spearman) with the linear probe over {trained.Length} trained rows, and 95 % of {Resamplings} bootstrap samples of them:").AppendLine();
            AppendCorrelation("RankMe", row => row.RankMe);
            AppendCorrelation("deviation", row => row.Deviation);
            AppendCorrelation("neighbors (needs labels)", row => row.Neighbors);
        }
        return text.AppendLine().ToString();

        void AppendCorrelation(string name, Func<RecipeRow, double> figure)
        {
            var (value, low, high) = RankCorrelation.WithInterval([.. trained.Select(figure)], [.. trained.Select(row => row.Linear)], Resamplings);
            text.AppendLine(CultureInfo.InvariantCulture, $"- {name}: {value:0.00} ({low:0.00} to {high:0.00})");
        }
    }
}
