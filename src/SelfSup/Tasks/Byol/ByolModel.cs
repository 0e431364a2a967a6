using SelfSup.Heads;
using SelfSup.Losses;
using SelfSup.Optimization;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Foretells from one view what the teacher makes of the other.</summary>
public sealed class ByolModel : PretextModel
{
    private readonly double teacherKeeps;
    private readonly ProjectionHead projector;
    private readonly ProjectionHead predictor;
    private readonly Averaged<Encoder> teacher;
    private readonly Averaged<ProjectionHead> teacherProjector;

    internal ByolModel(string name, Encoder encoder, ByolOptions options)
        : base(name, encoder)
    {
        teacherKeeps = options.TeacherKeeps;
        projector = new ProjectionHead(encoder.FeatureCount, new() { Hidden = options.Hidden, Output = options.Width });
        predictor = new ProjectionHead(options.Width, new() { Hidden = options.Hidden, Output = options.Width });
        teacher = new Averaged<Encoder>(encoder.Copy());
        teacherProjector = new Averaged<ProjectionHead>(projector.Copy());
        RegisterComponents();
        Objectives = [new Objective("distance", ComputeLoss, encoder, projector, predictor) { Alarms = [EmbeddingSpread.Alarm] }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Computes the features of a view by the trained network.</summary>
    /// <param name="view">Images, uint8 (N, 3, S, S).</param>
    /// <returns>Features (N, width), owned by the caller.</returns>
    public Tensor Project(Tensor view)
    {
        using var scope = NewDisposeScope();
        return projector.forward(Encoder.forward(Encoder.Normalize(view))).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the features of a view that are to be foretold, by the teacher.</summary>
    /// <param name="view">Images, uint8 (N, 3, S, S).</param>
    /// <returns>Features (N, width) without gradient, owned by the caller.</returns>
    public Tensor ProjectByTeacher(Tensor view)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return teacherProjector.Module.forward(teacher.Module.forward(Encoder.Normalize(view))).MoveToOuterDisposeScope();
    }

    /// <summary>Foretells the teacher's features of another view.</summary>
    /// <param name="projection">Features of one view, (N, width).</param>
    /// <returns>Features (N, width), owned by the caller.</returns>
    public Tensor Predict(Tensor projection) => predictor.forward(projection);

    /// <summary>Moves the teacher a step towards the trained network.</summary>
    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step)
    {
        var keep = Ramp.Cosine(teacherKeeps, 1, step.Progress);
        teacher.Follow(Encoder, keep);
        teacherProjector.Follow(projector, keep);
    }

    private PretextLoss ComputeLoss(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        Tensor first = Project(batch.Views[0]), second = Project(batch.Views[1]);
        var loss = NegativeCosine.SquaredDistance(Predict(first), ProjectByTeacher(batch.Views[1]))
            .add(NegativeCosine.SquaredDistance(Predict(second), ProjectByTeacher(batch.Views[0])));
        return new PretextLoss(loss, (EmbeddingSpread.Metric, EmbeddingSpread.Of(first))).MoveToOuterDisposeScope();
    }
}
