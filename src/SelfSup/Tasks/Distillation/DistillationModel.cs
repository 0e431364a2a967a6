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
    private readonly FeatureQueue? queue;
    private readonly Tensor? remembered; // (images, D), from their mean and of length 1; zeros of images that could not be read
    private readonly Tensor? mean; // (D), of the teacher's features
    private readonly Tensor? compared; // int64: the images of them that are compared with, where not all are

    internal DistillationModel(string name, PretextSetup setup, ITeacher teacher, DistillationOptions options)
        : base(name, setup.Encoder)
    {
        (this.options, this.teacher) = (options, () => teacher);
        projector = nn.Linear(setup.Encoder.FeatureCount, teacher.FeatureCount);
        if (options.RemembersTeacher)
        {
            remembered = zeros([setup.ImageCount, teacher.FeatureCount], float32, CPU);
            mean = zeros([teacher.FeatureCount], float32, CPU);
            compared = setup.ImageCount > options.QueueLength ? zeros([options.QueueLength], int64, CPU) : null;
        }
        else
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

    /// <summary>Before the first epoch, remembers what the teacher makes of every image, where it is to be remembered.</summary>
    /// <inheritdoc/>
    public override void OnEpochStarting(EpochContext epoch)
    {
        if (remembered is null || epoch.Epoch > 0)
            return;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        compared?.copy_(epoch.Random.Permutation(remembered.shape[0]).narrow(0, 0, compared.shape[0]));
        var read = zeros([remembered.shape[0], 1], float32, remembered.device);
        foreach (var input in epoch.ReadImages(teacher().ImageSize))
        {
            using var inner = NewDisposeScope();
            remembered.index_copy_(0, input.Indices, teacher().Compute(Resize(input.Images, teacher().ImageSize)).Features);
            read.index_fill_(0, input.Indices, 1);
        }
        mean!.copy_(remembered.sum([0]).div(read.sum().clamp_min(1)));
        remembered.copy_(Cosines.Unit(remembered.sub(mean).mul(read)));
    }

    /// <summary>Puts the teacher's features into the queue.</summary>
    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step)
    {
        if (step.Kept(Added) is { } teachers)
            queue!.Enqueue(teachers);
    }

    /// <summary>How alike every image's features are to the teacher's of every image.</summary>
    /// <param name="batch">A batch of N images.</param>
    /// <returns>Cosines, float32 (N, N), a row for each of the student's, owned by the caller.</returns>
    public Tensor Compare(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var students = projector.forward(Encode(batch)[^1].mean([2, 3]));
        var teachers = AskTeacher(batch.Inputs);
        return Cosines.Between(Cosines.Unit(students), Cosines.Unit(teachers)).MoveToOuterDisposeScope();
    }

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        if (remembered is not null)
        {
            var known = step.IsTraining ? Recall((DistillationBatch)batch) : AskTeacher(batch.Inputs);
            var others = compared is null ? remembered : remembered.index_select(0, compared);
            return DistillationLoss.Of(projector.forward(Encode(batch)[^1].mean([2, 3])), known, others, options.Temperature).MoveToOuterDisposeScope();
        }
        var (features, map) = teacher().Compute(batch.Inputs);
        var teachers = step.Gather(Cosines.Unit(features));
        step.Keep(Added, teachers);
        var maps = Encode(batch);
        var students = step.Gather(projector.forward(maps[^1].mean([2, 3])));
        var loss = DistillationLoss.Of(students, teachers, cat([teachers, queue!.Rows]), options.Temperature);
        if (mapProjector is null)
            return loss.MoveToOuterDisposeScope();
        var distance = LocalFeatures.Distance(mapProjector.forward(maps[mapStage]), map!);
        return new PretextLoss(loss.Value.add(distance.mul(options.LocalWeight)), [.. loss.Metrics, ("places", distance.detach())])
            .MoveToOuterDisposeScope();
    }

    /// <summary>The remembered features of the images, mixed as these are.</summary>
    private Tensor Recall(DistillationBatch batch) =>
        remembered!.index_select(0, batch.Partners).lerp(remembered.index_select(0, batch.Targets), batch.Shares);

    /// <summary>The encoder's maps of images that are brought to its size.</summary>
    private Tensor[] Encode(PretextBatch batch) => Encoder.ForwardStages(Encoder.Normalize(Resize(batch.Inputs, Encoder.ImageSize)));

    /// <summary>The teacher's features of images, from the mean of the remembered ones where there are some.</summary>
    private Tensor AskTeacher(Tensor images)
    {
        var features = teacher().Compute(remembered is null ? images : Resize(images, teacher().ImageSize)).Features;
        return mean is null ? features : features.sub(mean);
    }

    private static Tensor Resize(Tensor images, int side)
    {
        if (images.shape[^1] == side)
            return images;
        var levels = images.dtype == ScalarType.Byte ? images.to(ScalarType.Float32).div(255) : images;
        return nn.functional.interpolate(levels, size: [side, side], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
    }
}
