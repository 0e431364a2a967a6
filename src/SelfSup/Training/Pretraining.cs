using System.Diagnostics;
using System.Globalization;
using SelfSup.Augmentations;
using SelfSup.Data;
using SelfSup.Files;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Trains an encoder by pretext tasks on unlabelled images.</summary>
public static class Pretraining
{
    private const int PreparationImages = 2048;
    private const int PreviewImages = 8;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Side in pixels at which a run reads its images, and so the one to pack them at (<see cref="PackingOptions.ImageSize"/>). Small
    /// images are read as they go in; of larger ones an eighth more is read for crops that are shifted, a third for those resized.
    /// </summary>
    /// <param name="encoder">The encoder to train.</param>
    /// <param name="augmentation">How the images are varied; null means the default.</param>
    /// <returns>The side, at least that of the encoder's input.</returns>
    public static int ReadSizeOf(Encoder encoder, Augmentation? augmentation = null)
    {
        if (encoder.Stem == Stem.Small)
            return encoder.ImageSize;
        return encoder.ImageSize + encoder.ImageSize / (augmentation is { MinimumArea: < 1 } ? 3 : 8);
    }

    /// <summary>Trains an encoder by one task, on a thread of its own.</summary>
    /// <param name="encoder">The encoder to train in place; borrowed, moved to the run's device, left in eval mode.</param>
    /// <param name="task">The task.</param>
    /// <param name="images">The unlabelled images.</param>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <param name="progress">Receives where the run stands.</param>
    /// <param name="cancellationToken">Stops the run between two steps, with a checkpoint when there is a run folder.</param>
    /// <returns>What the run ended with.</returns>
    /// <exception cref="NonFiniteLossException">A loss became infinite or not a number.</exception>
    /// <exception cref="InsufficientMemoryException">A batch needs more memory than there is; the message says what to try.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static Task<PretrainingResult> RunAsync(
        Encoder encoder, IPretextTask task, IImageSource images, PretrainingOptions? options = null,
        IProgress<PretrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        RunAsync(encoder, [new WeightedTask(task)], images, options, progress, cancellationToken);

    /// <summary>Trains an encoder by several tasks at once, on a thread of its own.</summary>
    /// <inheritdoc cref="Run"/>
    // Dispose scopes and autocast are a thread's own, hence one long-running thread for the whole run.
    public static Task<PretrainingResult> RunAsync(
        Encoder encoder, IReadOnlyList<WeightedTask> tasks, IImageSource images, PretrainingOptions? options = null,
        IProgress<PretrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Factory.StartNew(
            () => Run(encoder, tasks, images, options, progress, cancellationToken),
            cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Trains an encoder by several tasks at once, on the calling thread.</summary>
    /// <param name="encoder">The encoder to train in place; borrowed, moved to the run's device, left in eval mode.</param>
    /// <param name="tasks">The tasks with their weights; names must differ.</param>
    /// <param name="images">The unlabelled images.</param>
    /// <param name="options">Settings; null means the defaults.</param>
    /// <param name="progress">Receives where the run stands.</param>
    /// <param name="cancellationToken">Stops the run between two steps, with a checkpoint when there is a run folder.</param>
    /// <returns>What the run ended with.</returns>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, there is no task or image, two tasks share a name, or a task needs clips, or images, that the
    /// encoder does not take or the source does not have.
    /// </exception>
    /// <exception cref="NonFiniteLossException">A loss became infinite or not a number.</exception>
    /// <exception cref="InsufficientMemoryException">A batch needs more memory than there is; the message says what to try.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static PretrainingResult Run(
        Encoder encoder, IReadOnlyList<WeightedTask> tasks, IImageSource images, PretrainingOptions? options = null,
        IProgress<PretrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        options ??= new PretrainingOptions();
        options.Validate();
        if (tasks.Count == 0 || tasks.DistinctBy(task => task.Task.Name).Count() != tasks.Count)
            throw new ArgumentException("A run needs at least one task, and tasks of different names.", nameof(tasks));
        if (images.Count == 0)
            throw new ArgumentException("There are no images to learn from.", nameof(images));
        foreach (var task in tasks)
            TaskRequirements.Check(task.Task, encoder, images);
        if (options.HeldOut is { } unseen && unseen.Frames != images.Frames)
            throw new ArgumentException($"The held-out images have {unseen.Frames} frames each, those to learn from {images.Frames}.", nameof(options));

        var recipe = options.RecipeFor(tasks);
        var device = Devices.Resolve(options.Device);
        var loader = new ImageLoader(images, LoaderOptions(encoder, options));
        using var folder = options.RunFolder is null
            ? null
            : new RunFolder(options.RunFolder, Configuration(encoder, tasks, images, recipe, options), images, options);
        encoder.train();
        using var step = new TrainingStep(encoder, tasks, options, device);
        long done = 0, perEpoch = loader.BatchesPerEpoch, steps = perEpoch * options.Epochs;
        if (folder?.LastCheckpoint is not null)
            done = folder.LoadCheckpoint(step.State());
        else
            Prepare(step, loader, encoder, options, device);

        using var log = new MetricsLog(folder?.MetricsPath, done, device, new MetricWatch(step.Alarms, steps));
        var heldOut = options.HeldOut is null ? null : new HeldOutEvaluation(options.HeldOut, encoder, options, device);
        var inspection = new NonFiniteInspection(folder, images, loader, (batch, at) => Augment(batch, at, encoder, options, device));
        var clock = Stopwatch.StartNew();
        var (firstStep, imagesDone, lastReport) = (done, 0L, TimeSpan.Zero);
        var warmup = (long)(recipe.Warmup * steps);
        try
        {
            if (done > 0 && done % perEpoch == 0)
                Watch(); // the run may have ended between the epoch's checkpoint and this
            while (done < steps)
            {
                var epoch = (int)(done / perEpoch);
                log.StartEpoch();
                foreach (var batch in loader.ReadEpoch(epoch, (int)(done % perEpoch), cancellationToken))
                {
                    using (batch)
                    {
                        done = epoch * perEpoch + batch.Number; // a batch of which no image could be read is not delivered
                        var rate = recipe.LearningRate * LearningRateSchedule.FactorAt(recipe.Schedule, done, steps, warmup);
                        var metrics = MemoryShortage.Explain(encoder, batch.Count, batch.Frames, () =>
                        {
                            using var input = Augment(batch, done, encoder, options, device);
                            return step.Run(input, done, steps, rate);
                        });
                        if (metrics.SkippedFor is { } metric)
                            inspection.Save(metric, done + 1);
                        log.Add(metrics, folder?.LastCheckpoint);
                        imagesDone += batch.Count;
                    }
                    done++;
                    if (options.CheckpointEverySteps > 0 && done % options.CheckpointEverySteps == 0)
                        Checkpoint();
                    if (clock.Elapsed - lastReport >= ProgressInterval && done % perEpoch != 0)
                        Report();
                    cancellationToken.ThrowIfCancellationRequested();
                }
                done = (epoch + 1) * perEpoch;
                Watch();
                Checkpoint();
                Report();
                DrawPreviews(step, tasks, images, encoder, options, device, folder);
            }
        }
        catch (OperationCanceledException)
        {
            Checkpoint();
            throw;
        }
        catch (NonFiniteLossException e)
        {
            inspection.Save(e.Metric, e.Step);
            throw;
        }
        finally
        {
            encoder.eval();
        }

        if (folder is not null)
            EncoderFile.Save(encoder, folder.EncoderPath, string.Join(',', tasks.Select(task => task.Task.Name)));
        var result = new PretrainingResult(done, log.Metrics, [.. LeftOutBefore(images), .. loader.Failures], folder?.EncoderPath) { Warnings = Warnings() };
        folder?.SaveReport(result, images);
        return result;

        IReadOnlyList<PretrainingWarning> Warnings() => [.. folder?.Warnings ?? [], .. log.Warnings];

        void Watch()
        {
            if (done < steps && done / perEpoch % options.MonitorEveryEpochs != 0)
                return;
            log.Flush(folder?.LastCheckpoint);
            if (heldOut is not null)
                log.AddMeasurement(done, HeldOutEvaluation.Name, heldOut.Evaluate(step, cancellationToken));
            foreach (var monitor in options.Monitors)
                log.AddMeasurement(done, monitor.Name, monitor.Measure(encoder, cancellationToken), monitor.Alarms);
        }

        void Checkpoint()
        {
            log.Save(folder?.LastCheckpoint);
            folder?.SaveCheckpoint(done, step.State());
        }

        void Report()
        {
            lastReport = clock.Elapsed;
            var remaining = done == firstStep ? TimeSpan.Zero : clock.Elapsed * ((double)(steps - done) / (done - firstStep));
            progress?.Report(new PretrainingProgress(
                (int)Math.Min(done / perEpoch + 1, options.Epochs), options.Epochs, done, steps, log.LastLearningRate,
                imagesDone / clock.Elapsed.TotalSeconds, remaining, log.Metrics)
            {
                Warnings = Warnings(),
            });
        }
    }

    private static IReadOnlyList<ImageFailure> LeftOutBefore(IImageSource images) => images is PackedImages packed ? packed.Failures : [];

    private static ImageLoaderOptions LoaderOptions(Encoder encoder, PretrainingOptions options) => new()
    {
        ImageSize = ReadSizeOf(encoder, options.Augmentation),
        BatchSize = options.BatchSize,
        Workers = options.Workers,
        Seed = options.Seed,
        DropLast = true,
        MaxFailureRatio = options.MaxFailureRatio,
    };

    private static Tensor Augment(ImageBatch batch, long step, Encoder encoder, PretrainingOptions options, Device device)
    {
        using var scope = NewDisposeScope();
        using var random = Seeds.NewRandom(device, options.Seed, step, Seeds.Augmentation);
        return options.Augmentation.Apply(batch.ToTensor(device), encoder.ImageSize, random).MoveToOuterDisposeScope();
    }

    private static void Prepare(TrainingStep step, ImageLoader loader, Encoder encoder, PretrainingOptions options, Device device)
    {
        foreach (var model in step.Models)
            model.Prepare(Sample());

        IEnumerable<Tensor> Sample()
        {
            var read = 0;
            foreach (var batch in loader.ReadEpoch(0))
            {
                using (batch)
                {
                    using var images = Augment(batch, 0, encoder, options, device);
                    yield return images;
                    read += batch.Count;
                }
                if (read >= PreparationImages)
                    yield break;
            }
        }
    }

    private static void DrawPreviews(
        TrainingStep step, IReadOnlyList<WeightedTask> tasks, IImageSource images, Encoder encoder, PretrainingOptions options, Device device, RunFolder? folder)
    {
        if (folder is null)
            return;
        encoder.eval();
        var loader = new ImageLoader(images, new ImageLoaderOptions { ImageSize = encoder.ImageSize, BatchSize = PreviewImages, Workers = 1, Prefetch = 1, Shuffle = false, MaxFailureRatio = 1 });
        if (loader.ReadEpoch(0).FirstOrDefault() is { } batch)
        {
            using var pixels = batch.ToTensor(device);
            batch.Dispose();
            for (var t = 0; t < tasks.Count; t++)
            {
                using var random = Seeds.NewRandom(device, options.Seed, t, Seeds.Preview);
                using var generated = tasks[t].Task.Generate(pixels, random);
                step.Models[t].eval();
                tasks[t].Task.Preview(generated, step.Models[t]).SavePng(folder.PreviewPath(tasks[t].Task.Name));
                step.Models[t].train();
            }
        }
        encoder.train();
    }

    private static Dictionary<string, string> Configuration(Encoder encoder, IReadOnlyList<WeightedTask> tasks, IImageSource images, TrainingRecipe recipe, PretrainingOptions options) => new()
    {
        ["tasks"] = string.Join(',', tasks.Select(task => FormattableString.Invariant($"{task.Task.Name}:{task.Weight}"))),
        ["encoder"] = encoder.Architecture,
        ["imageSize"] = Text(encoder.ImageSize),
        ["images"] = Text(images.Count),
        ["epochs"] = Text(options.Epochs),
        ["batchSize"] = Text(options.BatchSize),
        ["optimizer"] = recipe.Optimizer.ToString(),
        ["learningRate"] = Text(recipe.LearningRate),
        ["momentum"] = Text(recipe.Momentum),
        ["schedule"] = recipe.Schedule.ToString(),
        ["warmup"] = Text(recipe.Warmup),
        ["weightDecay"] = Text(recipe.WeightDecay),
        ["decayNormsAndBiases"] = Text(options.DecayNormsAndBiases),
        ["clipGradientNorm"] = Text(options.ClipGradientNorm ?? 0),
        ["precision"] = options.PrecisionOn(Devices.Resolve(options.Device)).ToString(),
        ["seed"] = Text(options.Seed),
        ["minimumArea"] = Text(options.Augmentation.MinimumArea),
        ["flip"] = Text(options.Augmentation.Flip),
        ["brightness"] = Text(options.Augmentation.Brightness),
        ["contrast"] = Text(options.Augmentation.Contrast),
        ["saturation"] = Text(options.Augmentation.Saturation),
        ["hue"] = Text(options.Augmentation.Hue),
        ["grayscale"] = Text(options.Augmentation.Grayscale),
        ["blur"] = Text(options.Augmentation.Blur),
    };

    private static string Text(IConvertible value) => value.ToString(CultureInfo.InvariantCulture);
}
