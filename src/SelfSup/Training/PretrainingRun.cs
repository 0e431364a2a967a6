using SelfSup.Data;
using SelfSup.Files;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>A run of pretraining: reads, trains, watches and saves, epoch after epoch.</summary>
internal sealed class PretrainingRun : IDisposable
{
    private const int PreparationImages = 2048;
    private readonly Encoder encoder;
    private readonly IReadOnlyList<WeightedTask> tasks;
    private readonly IImageSource images;
    private readonly PretrainingOptions options;
    private readonly Ranks ranks;
    private readonly ViewMaker views;
    private readonly ImageLoader loader; // this rank's part of every batch
    private readonly ImageLoader whole; // all of it
    private readonly RunFolder? folder;
    private readonly TrainingStep step;
    private readonly MetricsLog log;
    private readonly EpochOrder order;
    private readonly HeldOutEvaluation? heldOut;
    private readonly NonFiniteInspection inspection;
    private readonly TaskPreviews previews;
    private readonly ProgressReports reports;
    private readonly RunMeter meter;
    private readonly EventFile? events;
    private readonly int epochs;
    private readonly long perEpoch;
    private readonly long steps;
    private long done;

    /// <summary>Builds everything, and restores it from the last checkpoint where the run resumes; else learns what must be known before the first step.</summary>
    public PretrainingRun(
        Encoder encoder, IReadOnlyList<WeightedTask> tasks, IImageSource images, PretrainingOptions options,
        IProgress<PretrainingProgress>? progress, Ranks ranks)
    {
        (this.encoder, this.tasks, this.images, this.options, this.ranks) = (encoder, tasks, images, options, ranks);
        var device = Devices.Resolve(options.Device);
        Devices.UseOnThisThread(device);
        IReadOnlyList<IPretextTask> asked = [.. tasks.Select(task => task.Task)];
        views = new ViewMaker(asked, options.Augmentation, encoder.ImageSize, device, options.Seed, Seeds.Augmentation);
        loader = new ImageLoader(images, ReadingOptions(views.ReadSize, options.Group.Rank, options.Group.Size));
        whole = options.Group.Size == 1 ? loader : new ImageLoader(images, ReadingOptions(views.ReadSize));
        epochs = options.EpochsFor(loader.BatchesPerEpoch);
        (perEpoch, steps) = (loader.BatchesPerEpoch, (long)loader.BatchesPerEpoch * epochs);
        folder = OpenFolder(device);
        try
        {
            encoder.train();
            step = new TrainingStep(encoder, tasks, images.Count, options, device);
            order = new EpochOrder(step, images, encoder.ImageSize, options, epochs, ranks);
            if (folder?.LastCheckpoint is not null)
                done = folder.LoadCheckpoint(Restore);
            else if (ranks.IsFirst)
                Prepare();
            done = ranks.Share(done);
            order.Share();
            var file = folder is null ? null : new MetricsFile(folder.MetricsPath, done);
            var watch = new MetricWatch([.. step.Learners.SelectMany(learner => learner.Alarms)], steps);
            meter = new RunMeter(options.RunFolder);
            events = options.TensorBoardFolder is { } board && ranks.IsFirst ? new EventFile(board, done) : null;
            log = new MetricsLog(file, device, watch, () => folder?.LastCheckpoint, events is null ? [meter] : [meter, events]);
            log.Replay(epochStart: Math.Max(0, done - 1) / perEpoch * perEpoch, options.Monitors);
            log.SkippedInARow = (int)ranks.Share(log.SkippedInARow); // or one rank would end the run by itself
            heldOut = options.HeldOut is { } unseen && ranks.IsFirst ? new HeldOutEvaluation(unseen, asked, encoder.ImageSize, options, device) : null;
            inspection = new NonFiniteInspection(folder, images, whole, views, order);
            previews = new TaskPreviews(folder, images, asked, encoder.ImageSize, options, device, events);
            reports = new ProgressReports(ranks.IsFirst ? progress : null, steps, done, epochs, perEpoch, log);
        }
        catch
        {
            encoder.eval();
            Release();
            throw;
        }
    }

    private IReadOnlyList<PretrainingWarning> Warnings =>
        [.. FewImages, .. TooShort, .. folder?.Warnings ?? [], .. previews.Warnings, .. log.Warnings];

    private IEnumerable<PretrainingWarning> FewImages => images.Count >= options.BatchSize ? [] :
    [
        new(0, $"There are {images.Count} images, fewer than the {options.BatchSize} of a batch: every step sees the same ones. "
            + "Give more images, or lower the batch size."),
    ];

    private IEnumerable<PretrainingWarning> TooShort => ShortRunWarning.For(steps) is { } warning ? [warning] : [];

    /// <summary>Runs to the end.</summary>
    public PretrainingResult Complete()
    {
        try
        {
            RunEpochs();
        }
        catch (NonFiniteLossException e)
        {
            inspection.TrySave(e.Metric, e.Step);
            throw;
        }
        finally
        {
            encoder.eval();
        }
        return Finish();
    }

    public void Dispose() => Release();

    // Of a run that may not have begun whole. A disk that is full still lets go of the folder and of the caller's encoder.
    private void Release()
    {
        try
        {
            log?.Dispose();
            events?.Dispose();
        }
        finally
        {
            step?.Dispose();
            folder?.Dispose();
        }
    }

    private RunFolder? OpenFolder(Device device)
    {
        if (options.RunFolder is null && options.Group.Size == 1)
            return null;
        var identity = RunIdentity.Of(encoder, tasks, images, options.RecipeFor(tasks), options, epochs, device);
        RunIdentity.RequireSame(ranks.Gather(identity.ToLines()));
        return options.RunFolder is { } path && ranks.IsFirst ? new RunFolder(path, identity, options) : null;
    }

    private void RunEpochs()
    {
        try
        {
            if (done > 0 && done % perEpoch == 0)
                Measure(); // the run may have ended between the epoch's checkpoint and this
            if (done < steps)
                folder?.RemoveReport();
            while (done < steps)
                RunEpoch();
        }
        catch (OperationCanceledException)
        {
            if (!order.IsBetweenEpochs)
                SaveCheckpoint();
            KeepResult();
            throw;
        }
    }

    private void RunEpoch()
    {
        var epoch = (int)(done / perEpoch);
        meter.OnEpoch(epoch + 1);
        if (done % perEpoch == 0)
        {
            order.StartEpoch(epoch);
            log.StartEpoch();
        }
        foreach (var batch in order.Read(loader, epoch, (int)(done % perEpoch)))
        {
            using (batch)
            {
                done = epoch * perEpoch + batch.Number; // a batch of which no image could be read is not delivered
                RunStep(batch, epoch);
            }
            order.EnterEpoch();
            done++;
            if (options.CheckpointEverySteps > 0 && done % options.CheckpointEverySteps == 0)
                SaveCheckpoint();
            if (done % perEpoch != 0)
                reports.ReportIfDue(done, Warnings);
            ranks.Stop.ThrowIfCancellationRequested();
        }
        done = (epoch + 1) * perEpoch;
        log.Flush(); // while the order is there to find the images of a loss that is not finite
        order.EndEpoch();
        meter.OnUnreadable(loader.Failures.Count);
        SaveCheckpoint(); // first, so that a measurement that fails loses no epoch
        Measure();
        reports.Report(done, Warnings);
        previews.Draw(step, done);
    }

    private void RunStep(ImageBatch batch, int epoch)
    {
        if (ranks.Meet(batch.Count) is not { } share)
            return;
        var metrics = MemoryShortage.Explain(encoder, batch.Count, batch.Frames, () =>
        {
            using var scope = NewDisposeScope();
            return step.Run(views.Make(batch, done, share), done, steps, epoch, share);
        });
        if (metrics.SkippedFor is { } metric)
            inspection.TrySave(metric, done + 1);
        log.Add(metrics);
        reports.ImagesDone += share.Total;
        meter.OnImages(batch.Count);
    }

    private void Measure()
    {
        log.Flush();
        var epoch = (int)(done / perEpoch) - 1;
        if (heldOut is not null)
            log.AddMeasurement(done, HeldOutEvaluation.Name, heldOut.Evaluate(step, done, steps, epoch, ranks.Stop), []);
        if (done < steps && done / perEpoch % options.MonitorEveryEpochs != 0)
            return;
        foreach (var monitor in ranks.IsFirst ? options.Monitors : [])
            log.AddMeasurement(done, monitor.Name, monitor.Measure(step.Result, ranks.Stop), monitor.Alarms);
    }

    private void SaveCheckpoint()
    {
        log.Save();
        folder?.SaveCheckpoint(done, step.State().Concat(order.State).ToDictionary());
    }

    private void Restore(IReadOnlyDictionary<string, Tensor> tensors) => ModuleState.Copy(order.Restore(tensors), step.State());

    // The caller's encoder gets what the method keeps, such as a teacher; what was trained is in the checkpoint.
    private void KeepResult()
    {
        if (!ReferenceEquals(step.Result, encoder))
            ModuleState.Restore(encoder, ModuleState.Collect(step.Result, ""));
    }

    private PretrainingResult Finish()
    {
        KeepResult();
        if (folder is not null)
            EncoderFile.Save(encoder, folder.EncoderPath, string.Join(',', tasks.Select(task => task.Task.Name)));
        ImageFailure[] failures = [.. images.Failures, .. ranks.Gather(loader.Failures.Union(whole.Failures).Union(order.Failures))];
        var result = new PretrainingResult(done, log.Metrics, failures, folder?.EncoderPath) { Warnings = Warnings };
        folder?.SaveReport(result, images);
        return result;
    }

    private void Prepare()
    {
        for (var t = 0; t < step.Learners.Count; t++)
            step.Learners[t].Model.Prepare(SampleFor(t));

        IEnumerable<PretextInput> SampleFor(int t)
        {
            var read = 0;
            foreach (var batch in whole.ReadEpoch(0, cancellationToken: ranks.Stop))
            {
                using (batch)
                {
                    var inputs = views.Make(batch, 0); // in no scope, which would take in what the task makes meanwhile
                    try
                    {
                        yield return inputs[t];
                    }
                    finally
                    {
                        foreach (var input in inputs)
                            input.Dispose();
                    }
                    read += batch.Count;
                }
                if (read >= PreparationImages)
                    yield break;
            }
        }
    }

    private ImageLoaderOptions ReadingOptions(int size, int rank = 0, int ofRanks = 1) => new()
    {
        ImageSize = size,
        BatchSize = options.BatchSize,
        Rank = rank,
        Ranks = ofRanks,
        Workers = options.ReadingThreads,
        Seed = options.Seed,
        ShuffleWindow = options.ShuffleWindow,
        DropLast = true,
        RandomSquares = true,
        MaxFailureRatio = options.MaxFailureRatio,
    };
}
