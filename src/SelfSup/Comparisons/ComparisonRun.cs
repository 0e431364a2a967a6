using System.Diagnostics;
using SelfSup.Data;
using SelfSup.Runtime;
using SelfSup.Training;
using TorchSharp;

namespace SelfSup.Comparisons;

/// <summary>Trains and judges candidates one after the other.</summary>
internal sealed class ComparisonRun
{
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly IReadOnlyList<Candidate> candidates;
    private readonly ComparisonOptions options;
    private readonly IProgress<ComparisonProgress>? progress;
    private readonly TimedTraining training;
    private readonly CandidateJudge judge;
    private readonly List<ComparisonRow> rows = [];
    private TimeSpan judging; // how long the last one took

    /// <summary>Keeps out of the images those that candidates are tested on.</summary>
    public ComparisonRun(
        IReadOnlyList<Candidate> candidates, IImageSource images, ILabeledImageSource? labeled, ComparisonOptions options,
        IProgress<ComparisonProgress>? progress, CancellationToken cancellationToken)
    {
        (this.candidates, this.options, this.progress) = (candidates, options, progress);
        var held = labeled is null ? null : HeldOutImages.Of(images, labeled, options, cancellationToken);
        var rest = held?.Images ?? images;
        KeptOut = images.Count - rest.Count;
        Failures = held?.Failures ?? [];
        training = new TimedTraining(rest, options, cancellationToken);
        judge = new CandidateJudge(rest, labeled, options, cancellationToken, held?.Tested);
    }

    /// <summary>How many images candidates did not learn from.</summary>
    public int KeptOut { get; }

    /// <summary>Images that could not be read when those to keep out were looked for.</summary>
    public IReadOnlyList<ImageFailure> Failures { get; }

    /// <summary>Makes a row of every candidate. Those that learn nothing come first: they are quick, and show how long judging takes.</summary>
    /// <returns>The rows in the order in which they were made.</returns>
    public IReadOnlyList<ComparisonRow> Finish()
    {
        try
        {
            foreach (var candidate in candidates.OrderBy(candidate => candidate.Task is not null))
                rows.Add(Try(candidate));
            return rows;
        }
        catch
        {
            foreach (var row in rows)
                row.Encoder?.Dispose();
            throw;
        }
    }

    private ComparisonRow Try(Candidate candidate)
    {
        var encoder = candidate.Create();
        var row = new ComparisonRow { Name = candidate.Name, IsTrained = candidate.Task is not null };
        try
        {
            encoder.to(Devices.Resolve(options.Device));
            if (candidate.Task is not null)
            {
                var share = (options.Time - Stopwatch.GetElapsedTime(start)) / (candidates.Count - rows.Count) - judging;
                var begun = Stopwatch.GetTimestamp();
                var trained = training.Run(candidate, encoder, share, new Relay(this, candidate));
                encoder = trained.Encoder;
                row = row with { Epochs = trained.Epochs, Time = Stopwatch.GetElapsedTime(begun), Failures = trained.Failures, Note = trained.Note };
            }
            Report(candidate, null);
            var judged = Stopwatch.GetTimestamp();
            row = judge.Judge(encoder, row);
            judging = Stopwatch.GetElapsedTime(judged);
            return row;
        }
        catch (Exception error)
        {
            encoder.Dispose();
            if (error is TimeoutException or NonFiniteLossException or InsufficientMemoryException)
                return row with { Note = error.Message };
            throw;
        }
    }

    private void Report(Candidate candidate, PretrainingProgress? training) =>
        progress?.Report(new(candidate.Name, rows.Count + 1, candidates.Count, training));

    private sealed class Relay(ComparisonRun run, Candidate candidate) : IProgress<PretrainingProgress>
    {
        public void Report(PretrainingProgress value) => run.Report(candidate, value);
    }
}
