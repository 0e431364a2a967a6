using System.Diagnostics;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Training;
using static TorchSharp.torch;

namespace SelfSup.Comparisons;

/// <summary>Trains a candidate's encoder for about as long as it may.</summary>
internal sealed class TimedTraining(IImageSource images, ComparisonOptions options, CancellationToken cancellationToken)
{
    private const int TimedBatches = 3;
    private const double PlannedShare = 0.8; // of the time, since the first steps promise too much where a machine has other work
    private static readonly TimeSpan usualStart = TimeSpan.FromSeconds(0.5); // of a run, which does not grow with the images
    private static readonly TimeSpan longestDelay = TimeSpan.FromMilliseconds(int.MaxValue); // that a timer takes, 24 days

    /// <summary>Trains as many whole epochs as fit in the time; where they turn out to be slower than the first ones, it ends within one.</summary>
    /// <param name="candidate">The candidate, which has a task.</param>
    /// <param name="encoder">The encoder to train, which the result then owns.</param>
    /// <param name="time">The time.</param>
    /// <param name="progress">Told where the training stands.</param>
    /// <exception cref="TimeoutException">No epoch fits in the time.</exception>
    public TrainedCandidate Run(Candidate candidate, Encoder encoder, TimeSpan time, IProgress<PretrainingProgress> progress)
    {
        var start = Stopwatch.GetTimestamp();
        var (preparation, epoch) = Estimate(candidate);
        var left = time - Stopwatch.GetElapsedTime(start);
        var epochs = (int)Math.Min(PlannedShare * (left - preparation) / epoch, candidate.MostEpochs ?? int.MaxValue);
        if (left <= TimeSpan.Zero)
            throw new TimeoutException("Its share of the time was over before it began.");
        if (epochs < 1)
            throw new TimeoutException($"The first pass over the images takes {preparation + epoch:h\\:mm\\:ss}, longer than its share of the time.");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(left < longestDelay ? left : longestDelay);
        var passes = new PassCounter(progress);
        var before = candidate.KeepsStart || candidate.StartingShare > 0 ? encoder.Copy() : null;
        using var owned = before;
        var trained = new TrainedCandidate(encoder, epochs, images.Failures, null);
        try
        {
            trained = trained with { Failures = Train(candidate, encoder, images, epochs, passes, deadline.Token) };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            trained = trained with
            {
                Epochs = passes.Count,
                Note = $"Its time was up after {passes.Count} of {epochs} passes over the images, which became slower than the first ones. It is what it had learned by then.",
            };
        }
        if (before is null)
            return trained;
        Blend(encoder, before, candidate.StartingShare);
        return candidate.KeepsStart && !EncoderPair.IsPair(encoder) ? trained with { Encoder = new EncoderPair(before.Copy(), encoder, candidate.LearnedWeight) } : trained;
    }

    /// <summary>The times of an epoch and of what a task does before the first one, such as to ask a teacher about all images.</summary>
    /// <remarks>From runs over a few batches, of which the first warms up.</remarks>
    private (TimeSpan Preparation, TimeSpan Epoch) Estimate(Candidate candidate)
    {
        using var encoder = candidate.Create();
        var some = ImageSubset.Take(images, Math.Min(TimedBatches * candidate.BatchSize, images.Count));
        Train(candidate, encoder, some, 1, new EpochClock(), cancellationToken);
        var clock = new EpochClock();
        Train(candidate, encoder, some, 2, clock, cancellationToken);
        var scale = (double)images.Count / some.Count;
        var before = clock.BeforeFirstStep - (clock.LastEpoch * candidate.BatchSize / some.Count);
        return (before > usualStart ? scale * before : TimeSpan.Zero, scale * clock.LastEpoch);
    }

    private IReadOnlyList<ImageFailure> Train(
        Candidate candidate, Encoder encoder, IImageSource source, int epochs, IProgress<PretrainingProgress> progress, CancellationToken token) =>
        Pretraining.Run(
            encoder, [new WeightedTask(candidate.Task!)], source,
            new()
            {
                Epochs = epochs,
                BatchSize = candidate.BatchSize,
                Recipe = candidate.Recipe,
                Seed = options.Seed,
                Device = options.Device,
                Precision = options.Precision,
                Workers = options.Workers,
            },
            progress, token).Failures;

    private static void Blend(Encoder encoder, Encoder start, double share)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var before = start.state_dict();
        foreach (var (name, tensor) in encoder.state_dict())
        {
            if (tensor.is_floating_point())
                tensor.lerp_(before[name].to(tensor.device), share);
        }
    }

    /// <summary>Counts the passes over the images that are done.</summary>
    private sealed class PassCounter(IProgress<PretrainingProgress> next) : IProgress<PretrainingProgress>
    {
        public int Count { get; private set; }

        public void Report(PretrainingProgress value)
        {
            Count = (int)(value.Epochs * value.Step / value.Steps);
            next.Report(value);
        }
    }
}
