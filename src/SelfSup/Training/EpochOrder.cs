using SelfSup.Data;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Lets the tasks prepare for every epoch, and keeps the order of the images that one of them may have chosen.</summary>
internal sealed class EpochOrder(
    TrainingStep step, IImageSource images, int imageSize, PretrainingOptions options, int epochs, Ranks ranks)
{
    private const string StateName = "run.order";

    private readonly Dictionary<int, ImageLoader> loaders = []; // by the side of the images

    private Tensor? chosen; // int64 (images), on the CPU

    /// <summary>Whether tasks have begun to prepare for an epoch of which nothing is done: their state is that of no checkpoint.</summary>
    public bool IsBetweenEpochs { get; private set; }

    /// <summary>The images that could not be read for a task's preparation: none of them need be in an order that it chose.</summary>
    public IReadOnlyList<ImageFailure> Failures => [.. loaders.Values.SelectMany(loader => loader.Failures).Distinct()];

    /// <summary>What a checkpoint in the midst of an epoch must hold; the tensor is borrowed.</summary>
    public Dictionary<string, Tensor> State => chosen is null ? [] : new() { [StateName] = chosen };

    /// <summary>Takes the order out of a checkpoint's tensors.</summary>
    /// <returns>The others.</returns>
    public IReadOnlyDictionary<string, Tensor> Restore(IReadOnlyDictionary<string, Tensor> tensors)
    {
        chosen = tensors.TryGetValue(StateName, out var saved) ? saved.clone().DetachFromDisposeScope() : null;
        return tensors.Where(pair => pair.Key != StateName).ToDictionary();
    }

    /// <summary>Tells the tasks that an epoch starts. Among several ranks the first does, and all begin with what comes of it.</summary>
    /// <exception cref="InvalidOperationException">Two tasks choose an order.</exception>
    public void StartEpoch(int epoch)
    {
        EndEpoch();
        IsBetweenEpochs = true;
        if (ranks.IsFirst)
            Prepare(epoch);
        Share();
    }

    /// <summary>Gives all ranks the first one's networks, optimizers and order.</summary>
    public void Share()
    {
        ranks.Share(step.State().Values);
        chosen = ranks.Share(chosen, images.Count);
    }

    /// <summary>Tells that a batch of the epoch is done.</summary>
    public void EnterEpoch() => IsBetweenEpochs = false;

    /// <summary>Drops the epoch's order.</summary>
    public void EndEpoch()
    {
        chosen?.Dispose();
        chosen = null;
    }

    /// <summary>Reads the epoch in its order.</summary>
    public IEnumerable<ImageBatch> Read(ImageLoader ofRun, int epoch, int firstBatch, CancellationToken? token = null) => chosen is null
        ? ofRun.ReadEpoch(epoch, firstBatch, token ?? ranks.Stop)
        : ofRun.ReadInOrder([.. chosen.data<long>().Select(index => (int)index)], firstBatch, epoch, token ?? ranks.Stop);

    private void Prepare(int epoch)
    {
        Seeds.SeedProcess(step.Device, Seeds.Mix(options.Seed, epoch, Seeds.NewLayers));
        for (var t = 0; t < step.Learners.Count; t++)
        {
            using var scope = NewDisposeScope();
            using var random = Seeds.NewRandom(step.Device, options.Seed, epoch, Seeds.Epoch + t * Seeds.Purposes);
            var learner = step.Learners[t];
            var context = new EpochContext(epoch, epochs, images.Count, random, size => ReadImages(epoch, size ?? imageSize), step.ResetOptimizers);
            learner.Model.OnEpochStarting(context);
            if (context.Order is null)
                continue;
            if (chosen is not null)
                throw new InvalidOperationException($"The task '{learner.Task.Name}' chooses the order of the images, as another task of the run does.");
            chosen = tensor(context.Order.Select(index => (long)index).ToArray(), device: CPU).DetachFromDisposeScope();
        }
    }

    private IEnumerable<PretextInput> ReadImages(int epoch, int size)
    {
        if (!loaders.TryGetValue(size, out var loader))
            loaders[size] = loader = CreateLoader(size);
        foreach (var batch in loader.ReadEpoch(epoch, cancellationToken: ranks.Stop))
        {
            using (batch)
            {
                using var input = batch.ToInput(step.Device); // in no scope, which would take in what the task makes meanwhile
                yield return input;
            }
        }
    }

    private ImageLoader CreateLoader(int size) => new(images, new ImageLoaderOptions
    {
        ImageSize = size,
        BatchSize = options.BatchSize,
        Workers = options.ReadingThreads,
        Seed = options.Seed,
        MaxFailureRatio = options.MaxFailureRatio,
    });
}
