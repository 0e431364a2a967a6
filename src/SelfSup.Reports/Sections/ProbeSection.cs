using SelfSup.Transfer;

namespace SelfSup.Reports;

/// <summary>A linear probe beside its baselines.</summary>
internal static class ProbeSection
{
    private const int MostNamed = 10;

    public static ReportSection Write(ProbeReport probe)
    {
        var accuracy = probe.Best.TestAccuracy!.Value;
        var untrained = probe.Rows.FirstOrDefault(row => row.Features == ProbeRow.RandomWeights)?.TestAccuracy;
        var section = new ReportSection("Linear probe").AddFigures([
            ("test accuracy", Figure.Percent(accuracy)),
            .. untrained is { } random ? [("over random weights", FormattableString.Invariant($"{100 * (accuracy - random):+0.0;−0.0} points"))] : Array.Empty<(string, string)>(),
            ("classes", Figure.Count(probe.Confusion.ClassNames.Count)),
            ("labels", Figure.Count(probe.TrainImages)),
            ("test images", Figure.Count(probe.TestImages)),
        ]);
        section.AddWarnings(WarningsOf(probe));
        section.Add(Table.Write("Linear probe", ["features", "stage", "length", "L2", "validation", "test"], probe.Rows.Select(row => CellsOf(row, row == probe.Best)), words: 2));
        section.AddText(probe.Best.ValidationAccuracy is null
            ? "One label of most classes leaves none to choose stage and L2 strength on."
            : FormattableString.Invariant($"Stage and L2 strength were chosen on {100 * probe.ValidationShare:0} % of the labels, held out; then one probe was fitted on all labels and tested once."));
        if (probe.UnlabeledImages > 0)
            section.AddText($"The mean of {Figure.Count(probe.UnlabeledImages)} unlabeled images centered the features{(probe.PseudoLabels ? ", and their guessed labels were learned from too" : "")}.");
        return section.Add(Html.Of($"""
            <p class="origins">{probe.Architecture} at {probe.ImageSize} px. Training images: {probe.TrainSource}. Test images: {probe.TestSource}.</p>
            """));
    }

    private static IEnumerable<string> WarningsOf(ProbeReport probe)
    {
        if (probe.Rows.FirstOrDefault(row => row.Features == ProbeRow.RandomWeights)?.TestAccuracy >= probe.Best.TestAccuracy)
            yield return "The encoder serves no better here than the same network untrained.";
        if (probe.Duplicates.Count > 0)
        {
            var named = string.Join("; ", probe.Duplicates.Take(MostNamed).Select(duplicate => $"{duplicate.Test} is {duplicate.Train}"));
            var rest = probe.Duplicates.Count > MostNamed ? $"; and {Figure.Count(probe.Duplicates.Count - MostNamed)} more" : "";
            yield return $"Test images that are training images too, pixel by pixel: {Figure.Count(probe.Duplicates.Count)}. The result is too good. {named}{rest}.";
        }
        if (probe.Failures.Count > 0)
            yield return $"Images that could not be read and were left out: {Figure.Count(probe.Failures.Count)}.";
        if (probe.Best.ValidationAccuracy is not null && probe.Strengths.Count > 1 && (probe.Best.Strength == probe.Strengths[0] || probe.Best.Strength == probe.Strengths[^1]))
            yield return FormattableString.Invariant($"The chosen L2 strength {probe.Best.Strength} is the last one tried; a wider range may do better.");
    }

    private static Html[] CellsOf(ProbeRow row, bool isBest) =>
    [
        isBest ? Html.Of($"<strong>{row.Features}</strong>") : Html.Of($"{row.Features}"),
        Html.Of($"{row.Stage ?? "-"}"),
        Html.Of($"{(row.Length > 0 ? Figure.Count(row.Length) : "-")}"),
        Html.Of($"{(row.Strength is { } strength ? FormattableString.Invariant($"{strength:G3}") : "-")}"),
        Html.Of($"{(row.ValidationAccuracy is { } validation ? Figure.Percent(validation) : "-")}"),
        row.TestAccuracy is { } test ? Table.Bar(test, row.TestDeviation) : Html.Raw("-"),
    ];
}
