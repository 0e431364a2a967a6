using SelfSup.Transfer;

namespace SelfSup.Reports;

/// <summary>What was taken for what.</summary>
internal static class ConfusionSection
{
    private const int MostClasses = 40; // of more a matrix cannot be read
    private const int MostMistakes = 12;

    public static ReportSection Write(ConfusionMatrix confusion)
    {
        var section = new ReportSection("What is taken for what");
        if (confusion.ClassNames.Count <= MostClasses)
            section.Add(WriteMatrix(confusion));
        var classes = Enumerable.Range(0, confusion.ClassNames.Count).ToArray();
        var mistakes = classes.SelectMany(truth => classes.Where(answer => answer != truth).Select(answer => (Truth: truth, Answer: answer, Count: confusion[truth, answer])))
            .Where(mistake => mistake.Count > 0)
            .OrderByDescending(mistake => mistake.Count)
            .Take(MostMistakes)
            .ToArray();
        if (mistakes.Length == 0)
            return section.AddText("Every test image was recognized.");
        return section.AddHeading("Most frequent mistakes").AddTable(["class", "taken for", "images", "of the class"], mistakes.Select(mistake => (string[])
        [
            confusion.ClassNames[mistake.Truth], confusion.ClassNames[mistake.Answer], Figure.Count(mistake.Count),
            Figure.Percent((double)mistake.Count / confusion.CountOf(mistake.Truth)),
        ]), words: 2);
    }

    private static Html WriteMatrix(ConfusionMatrix confusion)
    {
        var answers = confusion.ClassNames.Select(name => Html.Of($"<th scope=\"col\"><span>{name}</span></th>"));
        var rows = confusion.ClassNames.Select((name, truth) => Html.Of($"""
            <tr><th scope="row">{name}</th>{confusion.ClassNames.Select((_, answer) => CellOf(confusion, truth, answer))}<td class="sum">{(confusion.AccuracyOf(truth) is { } share ? Figure.Percent(share) : "-")}</td></tr>

            """));
        return Html.Of($"""
            <p>Rows are classes, columns what their images were taken for.</p>
            <div class="scroll" role="region" aria-label="Confusion matrix" tabindex="0"><table class="matrix">
            <thead><tr><td></td>{answers}<th scope="col" class="sum"><span>recognized</span></th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            """);
    }

    private static Html CellOf(ConfusionMatrix confusion, int truth, int answer)
    {
        var count = confusion[truth, answer];
        if (count == 0)
            return Html.Raw(truth == answer ? "<td class=\"right\"></td>" : "<td></td>");
        var shade = (int)Math.Round(100.0 * count / confusion.CountOf(truth));
        return Html.Of($"<td class=\"{(truth == answer ? "right" : "wrong")}{(shade > 55 ? " deep" : "")}\" style=\"--share:{shade}%\" title=\"{confusion.ClassNames[truth]} taken for {confusion.ClassNames[answer]}: {count}\">{count}</td>");
    }
}
