using System.Text;
using SelfSup.Data;
using SelfSup.Files;
using SelfSup.Transfer;

namespace SelfSup.Comparisons;

/// <summary>Finds the encoder that serves a folder of images best within a given time: weights as they are, adapted ones, or tasks from scratch.</summary>
/// <remarks>
/// With labeled images, candidates are judged by linear classifiers and nearest neighbors, cross-validated: nine tenths of the labels teach
/// and the rest is tested on, since what serves few labels best may not serve all of them. A network answers better about images that it has
/// learned from. So labeled images that are among the others too, which their pixels show, are kept out of learning, up to a quarter of the images;
/// if there are more, the rest of them teaches classifiers and is not tested on. Give both as files, or both packed at one size: packing changes
/// pixels, and the same image would not be recognized. A candidate that learned is recommended over
/// weights as they are only if it leads by more than a standard error of the difference, that of Nadeau and Bengio, "Inference for the
/// Generalization Error", 2003. Without labels nothing here tells which of two encoders serves a task better: figures of spread find
/// features that collapsed, no more.
/// </remarks>
public sealed class EncoderComparison : IDisposable
{
    private EncoderComparison(
        IReadOnlyList<ComparisonRow> rows, ComparisonRow recommended, string reason, int keptOut, IReadOnlyList<ImageFailure> failures) =>
        (Rows, Recommended, Reason, KeptOut, Failures) = (rows, recommended, reason, keptOut, failures);

    /// <summary>All candidates, the best first; without labels those that learned nothing first, else in the order given.</summary>
    public IReadOnlyList<ComparisonRow> Rows { get; }

    /// <summary>The row to use.</summary>
    public ComparisonRow Recommended { get; }

    /// <summary>Why it is recommended, in a sentence.</summary>
    public string Reason { get; }

    /// <summary>Images that candidates did not learn from, because they were tested on them.</summary>
    public int KeptOut { get; }

    /// <summary>Images that could not be read and were left out, with the reason: unlabeled ones and labeled ones.</summary>
    public IReadOnlyList<ImageFailure> Failures { get; }

    /// <summary>Compares candidates.</summary>
    /// <param name="candidates">The candidates, at least one, of different names.</param>
    /// <param name="images">Unlabeled images to learn from.</param>
    /// <param name="labeled">Labeled images to judge by, two or more a class, none of them test images; null if there are none.</param>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <param name="progress">Told how far the comparison is.</param>
    /// <param name="cancellationToken">Stops the comparison.</param>
    /// <returns>The comparison, which owns the encoders of its rows.</returns>
    /// <exception cref="ArgumentException">
    /// There is no candidate, two have one name, a task does not fit its encoder or the images, a class has fewer than two images, nearly all images
    /// are one picture, or an option is out of its range.
    /// </exception>
    /// <exception cref="InvalidOperationException">No candidate came to an end; the message says why of each.</exception>
    /// <exception cref="OperationCanceledException">The comparison was cancelled.</exception>
    public static EncoderComparison Run(
        IReadOnlyList<Candidate> candidates, IImageSource images, ILabeledImageSource? labeled = null, ComparisonOptions? options = null,
        IProgress<ComparisonProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Validate();
        Check(candidates, images, labeled);
        var run = new ComparisonRun(candidates, images, labeled, options, progress, cancellationToken);
        var rows = run.Finish();
        var (recommended, reason) = Recommendation.Of(rows);
        return new(
            [.. rows.OrderByDescending(row => row.Linear ?? double.NegativeInfinity)], recommended, reason, run.KeptOut,
            [.. images.Failures.Concat(labeled?.Failures ?? []).Concat(run.Failures).Concat(rows.SelectMany(row => row.Failures)).Distinct()]);
    }

    /// <summary>Compares candidates on a thread of its own.</summary>
    /// <inheritdoc cref="Run"/>
    public static Task<EncoderComparison> RunAsync(
        IReadOnlyList<Candidate> candidates, IImageSource images, ILabeledImageSource? labeled = null, ComparisonOptions? options = null,
        IProgress<ComparisonProgress>? progress = null, CancellationToken cancellationToken = default) => Task.Factory.StartNew(
            () => Run(candidates, images, labeled, options, progress, cancellationToken),
            cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Writes the table and what is recommended as plain text.</summary>
    /// <returns>Lines for a terminal or a log.</returns>
    public string ToTable()
    {
        var text = new StringBuilder();
        TextTable.Append(text, words: 1, [
            ["", "epochs", "minutes", "linear", "neighbors", "RankMe"],
            .. Rows.Select(row => new[]
            {
                row.Name, FormattableString.Invariant($"{row.Epochs}"), FormattableString.Invariant($"{row.Time.TotalMinutes:F1}"),
                row.Linear is { } linear ? TextTable.Percent(linear, row.LinearDeviation) : "-",
                row.Neighbors is { } neighbors ? TextTable.Percent(neighbors, null) : "-",
                row.Spread is { } spread ? FormattableString.Invariant($"{spread.RankMe:F0}") : "-",
            }),
        ]);
        foreach (var row in Rows.Where(row => row.Note is not null))
            text.AppendLine($"{row.Name}: {row.Note}");
        if (KeptOut > 0)
            text.AppendLine(FormattableString.Invariant($"Nothing learned from {KeptOut:N0} of the images, which were tested on."));
        return text.AppendLine().AppendLine($"Use {Recommended.Name}. {Reason}").ToString();
    }

    /// <summary>Writes everything but the encoders as JSON.</summary>
    /// <returns>The JSON; keys are in snake_case.</returns>
    public string ToJson() => JsonText.Document(new
    {
        Recommended = Recommended.Name,
        Reason,
        KeptOut,
        Rows = Rows.Select(row => new
        {
            row.Name,
            row.Epochs,
            Seconds = row.Time.TotalSeconds,
            row.Linear,
            row.LinearDeviation,
            row.Neighbors,
            row.Spread,
            row.Note,
        }),
        UnreadableImages = Failures,
    });

    /// <summary>The table.</summary>
    public override string ToString() => ToTable();

    /// <summary>Frees the encoders of all rows.</summary>
    public void Dispose()
    {
        foreach (var row in Rows)
            row.Encoder?.Dispose();
    }

    private static void Check(IReadOnlyList<Candidate> candidates, IImageSource images, ILabeledImageSource? labeled)
    {
        if (candidates.Count == 0)
            throw new ArgumentException("There is no candidate to compare.", nameof(candidates));
        if (candidates.GroupBy(candidate => candidate.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"Two candidates are called '{twice.Key}'.", nameof(candidates));
        foreach (var candidate in candidates)
        {
            candidate.Validate();
            if (candidate.Task is null)
                continue;
            // Now, not when others have trained for minutes.
            using var encoder = candidate.Create();
            candidate.Task.CheckFits(encoder, images.Frames);
        }
        if (labeled is null)
            return;
        LabelRules.Check(labeled);
        var counts = Enumerable.Range(0, labeled.Count).CountBy(labeled.LabelOf).ToDictionary();
        for (var label = 0; label < labeled.ClassNames.Count; label++)
        {
            if (counts.GetValueOrDefault(label) < 2)
                throw new ArgumentException($"The class '{labeled.ClassNames[label]}' has fewer than two labeled images: one to learn from, one to test on.", nameof(labeled));
        }
    }
}
