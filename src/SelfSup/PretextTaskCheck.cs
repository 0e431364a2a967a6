using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup;

/// <summary>Checks that a pretext task keeps the contract; meant for the tests of tasks that users write.</summary>
public static class PretextTaskCheck
{
    private const int ImageCount = 8;

    /// <summary>Runs a task on a few images, or clips if it is on clips, and a small encoder.</summary>
    /// <param name="task">The task.</param>
    /// <param name="imageSize">Side of the images in pixels. The default is 32.</param>
    /// <exception cref="InvalidOperationException">
    /// The task modifies its images, is not deterministic under a seed, has labels outside its classes, a loss that is not finite,
    /// parameters without a gradient, or leaves tensors behind. The message lists everything that was found.
    /// </exception>
    public static void Verify(IPretextTask task, int imageSize = 32)
    {
        var problems = new List<string>();
        using Encoder encoder = task.FeedsClips ? new VideoConvNet(imageSize) : new ConvNet(imageSize);
        using var images = DrawImages(imageSize, task.MinimumFrames);
        using var untouched = images.clone();
        CheckGeneration(task, images, problems);
        if (problems.Count == 0)
        {
            using var model = task.CreateModel(encoder);
            model.Prepare([images]);
            CheckLearning(task, encoder, model, images, problems);
            CheckLeaks(task, model, images, problems);
        }
        if (!images.Equals(untouched))
            problems.Add("it modifies the images it is given");
        if (problems.Count > 0)
            throw new InvalidOperationException($"The task '{task.Name}' breaks the contract: {string.Join("; ", problems)}.");
    }

    private static Tensor DrawImages(int side, int frames)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var coarse = random.Uniform(ImageCount, 3, 4, 4);
        var images = nn.functional.interpolate(coarse, size: [side, side], mode: InterpolationMode.Bilinear, align_corners: false)
            .mul(255).to(ScalarType.Byte);
        // What moves in a clip is the whole picture, a pixel a frame.
        var clips = frames == 1 ? images : stack([.. Enumerable.Range(0, frames).Select(t => images.roll(t, 3))], dim: 1);
        return clips.MoveToOuterDisposeScope();
    }

    private static void CheckGeneration(IPretextTask task, Tensor images, List<string> problems)
    {
        using var scope = NewDisposeScope();
        using PretextBatch first = Generate(task, images, 3), second = Generate(task, images, 3);
        if (!first.Inputs.Equals(second.Inputs) || !first.Targets.Equals(second.Targets))
            problems.Add("the same generator gives different batches");
        var dimensions = task.FeedsClips ? 5 : 4;
        if (first.Inputs.dim() != dimensions || first.Inputs.shape[^3] != 3)
        {
            problems.Add(
                $"its inputs are ({string.Join(", ", first.Inputs.shape)}) instead of {(task.FeedsClips ? "(M, t, 3, h, w)" : "(M, 3, h, w)")}");
        }
        if (task is ClassificationTask { Classes: var classes })
        {
            if (first.Targets.dtype != ScalarType.Int64 || first.Targets.dim() != 1)
                problems.Add("its labels are not int64 (M)");
            else if (first.Targets.min().item<long>() < 0 || first.Targets.max().item<long>() >= classes)
                problems.Add($"a label is outside 0..{classes - 1}");
        }
    }

    private static void CheckLearning(IPretextTask task, Encoder encoder, PretextModel model, Tensor images, List<string> problems)
    {
        using var scope = NewDisposeScope();
        using var batch = Generate(task, images, 3);
        foreach (var objective in model.Objectives)
        {
            foreach (var parameter in objective.Modules.SelectMany(module => module.named_parameters()))
                parameter.parameter.grad?.zero_();
            using var loss = objective.Loss(batch);
            if (loss.Value.numel() != 1 || !float.IsFinite(loss.Value.to(ScalarType.Float32).item<float>()))
                problems.Add($"the loss of '{objective.Name}' is no finite scalar");
            loss.Value.backward();
            foreach (var (name, parameter) in objective.Modules.SelectMany(module => module.named_parameters()))
            {
                if (parameter.requires_grad && parameter.grad is null)
                    problems.Add($"{name} gets no gradient from '{objective.Name}'");
            }
        }
        if (encoder.parameters().All(parameter => parameter.grad is null || parameter.grad.abs().max().item<float>() == 0))
            problems.Add("no gradient reaches the encoder");
    }

    private static void CheckLeaks(IPretextTask task, PretextModel model, Tensor images, List<string> problems)
    {
        var counts = new long[3];
        // What others left to the finaliser should not go in the midst of the count.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (var i = 0; i < counts.Length; i++)
        {
            using (var batch = Generate(task, images, 4))
            {
                foreach (var objective in model.Objectives)
                    objective.Loss(batch).Dispose();
            }
            counts[i] = Tensor.TotalCount;
        }
        if (counts[2] > counts[1])
            problems.Add($"each step leaves {counts[2] - counts[1]} tensors behind");
    }

    private static PretextBatch Generate(IPretextTask task, Tensor images, ulong seed)
    {
        using var random = new RandomSource(seed, images.device);
        return task.Generate(images, random);
    }
}
