using SelfSup.Augmentations;
using SelfSup.Encoders;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Testing;

/// <summary>A task with a small encoder and a few images that suit it, tried step by step.</summary>
internal sealed class TaskTrial : IDisposable
{
    private const int ImageCount = 8;
    private const int ClipFrames = 16;
    private readonly IPretextTask task;
    private readonly Encoder encoder;
    private readonly PretextInput input;
    private readonly Tensor[] untouched;
    private PretextModel? model;

    private TaskTrial(IPretextTask task, Encoder encoder, int frames)
    {
        (this.task, this.encoder) = (task, encoder);
        encoder.train();
        using var random = new RandomSource(2);
        using var images = TrialImages.Draw(ImageCount, 2 * encoder.ImageSize, frames);
        IReadOnlyList<View> views = task.Views.Count == 0 ? [new View(Augmentation.None)] : task.Views;
        input = new PretextInput(View.Make(views, images, encoder.ImageSize, random), arange(ImageCount, int64, CPU));
        untouched = [.. input.Views.Select(view => view.clone())];
    }

    /// <summary>Finds one of the library's encoders and a kind of images that the task fits.</summary>
    /// <inheritdoc cref="Find(IPretextTask, IEnumerable{ValueTuple{Func{Encoder}, int}}, List{string})"/>
    public static TaskTrial? Find(IPretextTask task, int imageSize, List<string> problems) => Find(
        task,
        [.. SmallEncoders.Factories.Select<EncoderFactory, (Func<Encoder>, int)>(create => (() => create(imageSize, 0, null, null), 1)),
         .. SmallEncoders.Factories.Select<EncoderFactory, (Func<Encoder>, int)>(create => (() => create(imageSize, 0, null, null), ClipFrames))],
        problems);

    /// <summary>Finds an encoder and a kind of images that the task fits.</summary>
    /// <returns>The trial, owned by the caller; null, with a problem, when it fits none.</returns>
    public static TaskTrial? Find(IPretextTask task, IEnumerable<(Func<Encoder> Create, int Frames)> candidates, List<string> problems)
    {
        var refusals = new List<string>();
        foreach (var (create, frames) in candidates)
        {
            var encoder = create();
            try
            {
                task.CheckFits(encoder, frames);
                return new TaskTrial(task, encoder, frames);
            }
            catch (ArgumentException e)
            {
                encoder.Dispose();
                refusals.Add(e.Message);
            }
        }
        problems.Add($"it fits neither images nor clips: {string.Join(' ', refusals.Distinct())}");
        return null;
    }

    /// <summary>Looks whether the views are what they were.</summary>
    /// <returns>Whether they are not.</returns>
    public bool CheckImages(List<string> problems)
    {
        var found = problems.Count;
        if (input.Views.Any(view => view.IsInvalid))
            problems.Add("it disposes the images it is given; hand on an alias, input.Images.alias()");
        else if (input.Views.Zip(untouched).Any(pair => !pair.First.Equals(pair.Second)))
            problems.Add("it modifies the images it is given");
        return problems.Count > found;
    }

    /// <summary>Generates twice and compares; looks at shapes and labels.</summary>
    public void CheckGeneration(List<string> problems)
    {
        using var scope = NewDisposeScope();
        using PretextBatch first = Generate(3), second = Generate(3);
        if (!BatchTensors.AreEqual(first, second))
            problems.Add("the same seed gives different batches");
        var dimensions = encoder.TakesClips ? 5 : 4;
        foreach (var view in first.Views.Where(view => view.dim() != dimensions || view.shape[^3] != 3))
            problems.Add($"its inputs are ({string.Join(", ", view.shape)}) instead of {(encoder.TakesClips ? "(M, t, 3, h, w)" : "(M, 3, h, w)")}");
        if (task is ClassificationTask { Classes: var classes })
        {
            if (first.Targets.dtype != ScalarType.Int64 || first.Targets.dim() != 1)
                problems.Add("its labels are not int64 (M)");
            else if (first.Targets.min().item<long>() < 0 || first.Targets.max().item<long>() >= classes)
                problems.Add($"a label is outside 0..{classes - 1}");
        }
    }

    /// <summary>Builds the head and trains a step, in float32 and in bfloat16 where the platform has it.</summary>
    public void CheckLearning(List<string> problems)
    {
        model = task.CreateModel(new PretextSetup(encoder, ImageCount)); // in no scope, which would take in its buffers
        using var scope = NewDisposeScope();
        model.Prepare([input]);
        using var random = new RandomSource(5);
        model.OnEpochStarting(new EpochContext(0, 10, ImageCount, random, _ => [input], _ => { }));
        foreach (var name in Untrained(model))
            problems.Add($"{name} is trained by no objective; freeze it by requires_grad = false, or name its module");
        RunStep(0, problems, checkGradients: true);
        if (Autocast.IsSupported)
            Try("training in bfloat16", problems, () => RunStep(1, problems, inBFloat16: true));
        if (encoder.parameters().All(parameter => parameter.grad is null || parameter.grad.abs().max().item<float>() == 0))
            problems.Add("no gradient reaches the encoder");
    }

    /// <summary>Counts the tensors that are left after whole steps, previews included.</summary>
    public void CheckLeaks(List<string> problems)
    {
        var counts = new long[3];
        // What others left to the finalizer should not go in the midst of the count.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (var i = 0; i < counts.Length && problems.Count == 0; i++)
        {
            RunStep(2 + i, problems);
            Try("the preview", problems, () =>
            {
                using var noGrad = no_grad();
                using var batch = Generate(4);
                task.Preview(batch, model);
                task.Preview(batch, null);
            });
            counts[i] = Tensor.TotalCount;
        }
        if (problems.Count == 0 && counts[2] > counts[1])
            problems.Add($"each step leaves {counts[2] - counts[1]} tensors behind");
    }

    public void Dispose()
    {
        model?.Dispose();
        encoder.Dispose();
        input.Dispose();
        foreach (var view in untouched)
            view.Dispose();
    }

    private static IEnumerable<string> Untrained(PretextModel model)
    {
        var trained = model.Objectives.SelectMany(objective => objective.Modules).SelectMany(module => module.parameters())
            .Select(parameter => parameter.Handle).ToHashSet();
        return model.named_parameters().Where(pair => pair.parameter.requires_grad && !trained.Contains(pair.parameter.Handle)).Select(pair => pair.name);
    }

    /// <summary>Does something, and makes a problem of its failure.</summary>
    public static void Try(string what, List<string> problems, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            problems.Add($"{what} fails: {e.Message.Split('\n')[0]}");
        }
    }

    private void RunStep(long number, List<string> problems, bool checkGradients = false, bool inBFloat16 = false)
    {
        using var batch = Generate(3);
        using var step = new StepContext(number, steps: 10, epoch: 0);
        foreach (var objective in model!.Objectives)
        {
            foreach (var parameter in objective.Modules.SelectMany(module => module.parameters()))
                parameter.grad = null;
            using var loss = ComputeLoss(objective, batch, step, inBFloat16);
            using (var value = loss.Value.to(ScalarType.Float32))
            {
                if (loss.Value.numel() != 1 || !float.IsFinite(value.item<float>()))
                    problems.Add($"the loss of '{objective.Name}' is no finite scalar");
            }
            loss.Value.backward();
            foreach (var (name, parameter) in objective.Modules.SelectMany(module => module.named_parameters()))
            {
                using var gradient = parameter.grad;
                if (checkGradients && parameter.requires_grad && gradient is null)
                    problems.Add($"{name} gets no gradient from '{objective.Name}'");
            }
        }
        Try("OnStepCompleted", problems, () => model.OnStepCompleted(batch, step));
    }

    private static PretextLoss ComputeLoss(Objective objective, PretextBatch batch, StepContext step, bool inBFloat16)
    {
        using var autocast = inBFloat16 ? Autocast.ToBFloat16(CPU) : null;
        return objective.Loss(batch, step);
    }

    private PretextBatch Generate(ulong seed)
    {
        using var random = new RandomSource(seed);
        return task.Generate(input, random);
    }
}
