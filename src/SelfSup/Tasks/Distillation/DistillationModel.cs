using SelfSup.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Brings the encoder's features to the teacher's by a linear layer, and compares both with a queue of the teacher's.</summary>
public sealed class DistillationModel : PretextModel
{
    private const string Added = "teachers";
    private readonly DistillationOptions options;
    private readonly Func<ITeacher> teacher; // behind a function, so that no teacher is taken for a part of the model
    private readonly int mapStage;
    private readonly Linear projector;
    private readonly Conv2d? mapProjector;
    private readonly FeatureQueue queue;

    internal DistillationModel(string name, PretextSetup setup, ITeacher teacher, DistillationOptions options)
        : base(name, setup.Encoder)
    {
        (this.options, this.teacher) = (options, () => teacher);
        projector = nn.Linear(setup.Encoder.FeatureCount, teacher.FeatureCount);
        queue = FeatureQueue.Random(QueueLength.For(options.QueueLength, setup.ImageCount), teacher.FeatureCount);
        if (options.LocalWeight > 0)
        {
            mapStage = LocalFeatures.StageOf(setup.Encoder);
            mapProjector = nn.Conv2d(setup.Encoder.Stages[mapStage].Channels, teacher.MapChannels, 1);
        }
        RegisterComponents();
        nn.Module[] trained = mapProjector is null ? [setup.Encoder, projector] : [setup.Encoder, projector, mapProjector];
        Objectives = [new Objective("likeness", ComputeLoss, trained)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Puts the teacher's features into the queue.</summary>
    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step)
    {
        if (step.Kept(Added) is { } teachers)
            queue.Enqueue(teachers);
    }

    /// <summary>How alike every image's features are to the teacher's of every image.</summary>
    /// <param name="batch">A batch of N images.</param>
    /// <returns>Cosines, float32 (N, N), a row for each of the student's, owned by the caller.</returns>
    public Tensor Compare(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var students = projector.forward(Encode(batch)[^1].mean([2, 3]));
        var teachers = teacher().Compute(batch.Inputs).Features;
        return Cosines.Between(Cosines.Unit(students), Cosines.Unit(teachers)).MoveToOuterDisposeScope();
    }

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var (features, map) = teacher().Compute(batch.Inputs);
        var teachers = step.Gather(Cosines.Unit(features));
        step.Keep(Added, teachers);
        var maps = Encode(batch);
        var students = step.Gather(projector.forward(maps[^1].mean([2, 3])));
        var loss = DistillationLoss.Of(students, teachers, cat([teachers, queue.Rows]), options.Temperature);
        if (mapProjector is null)
            return loss.MoveToOuterDisposeScope();
        var distance = LocalFeatures.Distance(mapProjector.forward(maps[mapStage]), map!);
        return new PretextLoss(loss.Value.add(distance.mul(options.LocalWeight)), [.. loss.Metrics, ("places", distance.detach())])
            .MoveToOuterDisposeScope();
    }

    /// <summary>The encoder's maps of images that are brought to its size.</summary>
    private Tensor[] Encode(PretextBatch batch)
    {
        var images = batch.Inputs;
        if (images.shape[^1] != Encoder.ImageSize)
        {
            var levels = images.dtype == ScalarType.Byte ? images.to(ScalarType.Float32).div(255) : images;
            images = nn.functional.interpolate(
                levels, size: [Encoder.ImageSize, Encoder.ImageSize], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
        }
        return Encoder.ForwardStages(Encoder.Normalize(images));
    }
}
