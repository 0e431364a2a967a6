using SelfSup.Encoders;
using SelfSup.Transfer;

namespace SelfSup.Comparisons;

/// <summary>Chooses a row, and says why.</summary>
internal static class Recommendation
{
    /// <summary>Chooses.</summary>
    /// <param name="rows">The rows, at least one with an encoder.</param>
    public static (ComparisonRow Row, string Reason) Of(IReadOnlyList<ComparisonRow> rows)
    {
        ComparisonRow[] ready = [.. rows.Where(row => row.Encoder is not null)];
        if (ready.Length == 0)
            throw new InvalidOperationException($"No candidate came to an end. {string.Join(" ", rows.Select(row => $"{row.Name}: {row.Note}"))}");
        // The quickest first, and the better one of two that are equally quick.
        ComparisonRow[] untouched = [.. ready.Where(row => !row.IsTrained).OrderBy(row => RunsOf(row.Encoder!)).ThenByDescending(row => row.Linear ?? 0)];
        if (ready[0].Linear is null)
        {
            var row = untouched.FirstOrDefault() ?? ready.MaxBy(row => row.Spread!.RankMe)!;
            return (row, untouched.Length == 0
                ? "It has the features that differ most, which says little of how well they serve: label some images to know."
                : "Without labeled images nothing shows that learning from the images made an encoder better than it was.");
        }
        var best = ready.MaxBy(row => row.Linear)!;
        if (untouched.Length == 0)
            return (best, "It leads on labeled images.");
        if (best == untouched[0])
            return (best, "No other candidate leads it on labeled images.");
        foreach (var row in untouched.TakeWhile(row => row != best))
        {
            var (lead, error) = best.Trials!.LeadOver(row.Trials!);
            if (lead <= error)
                return (row, $"{best.Name} leads it on labeled images by {Figures(lead, error)}, which may be chance, and it {(best.IsTrained ? "costs no training" : "takes less time")}.{CostOf(row)}");
        }
        var other = untouched.Where(row => row != best).MaxBy(row => row.Linear)!;
        var (ahead, uncertainty) = best.Trials!.LeadOver(other.Trials!);
        return (best, $"It leads {other.Name} on labeled images by {Figures(ahead, uncertainty)}.{CostOf(best)}");
    }

    private static string Figures(double lead, double error) => double.IsFinite(error)
        ? $"{TextTable.Percent(lead, null)} with a standard error of {TextTable.Percent(error, null)}"
        : $"{TextTable.Percent(lead, null)} in a single trial";

    private static string CostOf(ComparisonRow row) =>
        RunsOf(row.Encoder!) is > 1 and var runs ? $" It takes {runs} times as long on an image as its network alone." : "";

    private static int RunsOf(Encoder encoder) => Math.Max(1, EncoderCatalog.RunsOf(encoder.Architecture)); // one of no catalog is one network
}
