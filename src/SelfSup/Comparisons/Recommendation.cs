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
        var asIs = ready.Where(row => !row.IsTrained).MaxBy(row => row.Linear ?? 0);
        if (ready[0].Linear is null)
        {
            var row = asIs ?? ready.MaxBy(row => row.Spread!.RankMe)!;
            return (row, asIs is null
                ? "It has the features that differ most, which says little of how well they serve: label some images to know."
                : "Without labeled images nothing shows that learning from the images made an encoder better than it was.");
        }
        var best = ready.MaxBy(row => row.Linear)!;
        if (asIs is null || best == asIs)
            return (best, asIs is null ? "It leads on labeled images." : "No candidate that learned from the images leads it on labeled ones.");
        var (lead, error) = best.Trials!.LeadOver(asIs.Trials!);
        var figures = $"{TextTable.Percent(lead, null)} with a standard error of {TextTable.Percent(error, null)}";
        return lead > error
            ? (best, $"It leads {asIs.Name} on labeled images by {figures}.{CostOf(best.Encoder!)}")
            : (asIs, $"{best.Name} leads it on labeled images by {figures}, which may be chance, and it costs no training.");
    }

    private static string CostOf(Encoder encoder) =>
        EncoderPair.IsPair(encoder) ? " It is two networks side by side, which take twice as long on an image." : "";
}
