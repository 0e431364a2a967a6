using System.Globalization;
using System.Text;

namespace SelfSup.Transfer;

/// <summary>Writes a probe's report as text that a stranger can read.</summary>
internal static class ProbeTable
{
    private const int DuplicatesNamed = 3;
    private static readonly string[] Titles = ["features", "stage", "length", "L2", "validation", "test"];

    /// <summary>Formats the table and its notes.</summary>
    public static string Format(ProbeReport report)
    {
        var classes = report.Confusion.ClassNames;
        var text = new StringBuilder();
        text.Append(Invariant($"Linear probe of {report.Architecture} at {report.ImageSize} px: "));
        text.AppendLine(Invariant($"{classes.Count} classes, {report.TrainImages} labels, {report.TestImages} test images"));
        text.AppendLine();
        TextTable.Append(text, words: 2, [Titles, .. report.Rows.Select(Cells)]);
        text.AppendLine();
        AppendNotes(text, report);
        text.AppendLine();
        text.AppendLine($"Test accuracy of pretrained, {report.Best.Stage}, by class:");
        TextTable.Append(text, words: 1, [.. classes.Select((name, label) => new[]
        {
            "  " + name,
            report.Confusion.AccuracyOf(label) is { } accuracy ? Percent(accuracy) : "-",
            Invariant($"of {report.Confusion.CountOf(label)}"),
        })]);
        return text.ToString();
    }

    private static void AppendNotes(StringBuilder text, ProbeReport report)
    {
        var best = report.Best;
        // One standard deviation in points, by Agresti and Coull (1998), who do not call a perfect score on few images certain.
        var count = report.TestImages + 4;
        var accuracy = ((best.TestAccuracy!.Value * report.TestImages) + 2) / count;
        var uncertainty = 100 * Math.Sqrt(accuracy * (1 - accuracy) / count);
        if (report.Rows.Any(row => row.Features == ProbeRow.Chance))
            AppendBaselines(text, report);
        AppendChoices(text, report);
        text.Append(Invariant($"That there are {report.TestImages} test images "));
        text.AppendLine(Invariant($"leaves a test result uncertain by about ±{uncertainty:F1} points, one standard deviation."));
        if (best.ValidationAccuracy is not null && report.Strengths.Count > 1 && (best.Strength == report.Strengths[0] || best.Strength == report.Strengths[^1]))
            text.AppendLine(Invariant($"The chosen L2 strength {best.Strength} is the last one tried; a wider range may do better."));
        text.AppendLine($"Training images: {report.TrainSource}.");
        text.AppendLine($"Test images: {report.TestSource}.");
        if (report.UnlabeledSource is { } unlabeled)
            text.AppendLine($"Unlabeled images: {unlabeled}.");
        if (report.Duplicates.Count > 0)
            AppendDuplicates(text, report);
        if (report.Failures.Count > 0)
            text.AppendLine(Invariant($"Images that could not be read and were left out: {report.Failures.Count}."));
    }

    private static void AppendChoices(StringBuilder text, ProbeReport report)
    {
        if (report.UnlabeledImages > 0)
        {
            text.AppendLine(Invariant($"Features were centered by the mean of {report.UnlabeledImages} unlabeled images"));
            text.Append("and scaled to one length");
            text.AppendLine(report.PseudoLabels ? ", and guessed labels of these fitted too." : ".");
        }
        if (report.Best.ValidationAccuracy is null)
        {
            text.AppendLine("One label of most classes leaves none to choose on: the last stage was taken, or the one asked for.");
            text.AppendLine("The L2 strength is 1 / number of labels. The probe was tested once.");
            return;
        }
        text.Append(Invariant($"Stage and L2 strength were chosen on {report.ValidationShare:P0} of the labels, "));
        text.AppendLine(Invariant($"held out evenly from every class (seed {report.Seed})."));
        text.AppendLine("Then that one probe was fitted on all labels and tested once. Other stages never saw a test image.");
    }

    private static void AppendDuplicates(StringBuilder text, ProbeReport report)
    {
        var count = report.Duplicates.Count == 1 ? "1 test image is a training image" : Invariant($"{report.Duplicates.Count} test images are training images");
        text.AppendLine($"{count} too, pixel by pixel, so that results are too good:");
        foreach (var duplicate in report.Duplicates.Take(DuplicatesNamed))
            text.AppendLine($"  {duplicate.Test} is {duplicate.Train}");
        if (report.Duplicates.Count > DuplicatesNamed)
            text.AppendLine(Invariant($"  and {report.Duplicates.Count - DuplicatesNamed} more"));
    }

    private static void AppendBaselines(StringBuilder text, ProbeReport report)
    {
        text.AppendLine("Chance always answers the labels' most frequent class. Random weights are the same architecture, untrained.");
        if (report.Rows.Any(row => row.Features == ProbeRow.DataStatistics))
            text.AppendLine("Data statistics are random weights whose BatchNorm has seen one epoch of the training images.");
        var encoders = report.Rows.Max(row => row.Encoders);
        text.Append(Invariant($"Of these, mean and standard deviation of {encoders} encoders (seeds {report.Seed} to {report.Seed + encoders - 1}) "));
        text.AppendLine("at the stage that the first one chose.");
    }

    private static string[] Cells(ProbeRow row) =>
    [
        row.Features,
        row.Stage ?? "-",
        row.Length > 0 ? row.Length.ToString(CultureInfo.InvariantCulture) : "-",
        row.Strength?.ToString("G3", CultureInfo.InvariantCulture) ?? "-",
        row.ValidationAccuracy is { } validation ? Percent(validation) : "-",
        row.TestAccuracy is { } test ? TextTable.Percent(test, row.TestDeviation) : "-",
    ];

    private static string Percent(double share) => Invariant($"{100 * share:F1} %");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
