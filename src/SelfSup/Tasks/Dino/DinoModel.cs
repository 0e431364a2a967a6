using SelfSup.Heads;
using SelfSup.Losses;
using SelfSup.Optimization;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A student and its averaged teacher, each an encoder, a head and a last layer of unit rows.</summary>
public sealed class DinoModel : PretextModel
{
    internal const double StudentTemperature = 0.1;
    private const int LargeCrops = 2;
    private const double MostFrozen = 0.1; // of a run
    private const string TeachersLogits = "teacher";
    private readonly DinoOptions options;
    private readonly ProjectionHead projector;
    private readonly UnitLinear answers;
    private readonly Averaged<Encoder> teacher;
    private readonly Averaged<ProjectionHead> teacherProjector;
    private readonly Averaged<UnitLinear> teacherAnswers;
    private readonly DistillationCenter center;

    internal DinoModel(string name, Encoder encoder, DinoOptions options)
        : base(name, encoder)
    {
        this.options = options;
        projector = new ProjectionHead(encoder.FeatureCount, new() { Layers = 3, LastBias = true });
        answers = new UnitLinear(projector.Outputs, options.Answers);
        teacher = new Averaged<Encoder>(encoder.Copy());
        teacherProjector = new Averaged<ProjectionHead>(projector.Copy());
        teacherAnswers = new Averaged<UnitLinear>(answers.Copy());
        center = new DistillationCenter(options.Answers);
        RegisterComponents();
        Objectives = [new Objective("distillation", ComputeLoss, encoder, projector, answers) { Alarms = [EmbeddingSpread.Alarm, UsedAnswers.Alarm] }];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>The teacher's encoder.</summary>
    public override Encoder Result => teacher.Module;

    /// <summary>Moves the center and the teacher.</summary>
    /// <inheritdoc/>
    public override void OnStepCompleted(PretextBatch batch, StepContext step)
    {
        center.Follow(step.Kept(TeachersLogits)!);
        var keep = Ramp.Cosine(options.Keep, options.FinalKeep, step.Progress);
        teacher.Follow(Encoder, keep);
        teacherProjector.Follow(projector, keep);
        teacherAnswers.Follow(answers, keep);
    }

    /// <summary>Finds the student's first answer to every crop.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Numbers of answers, int64 (crops x N), crop by crop; owned by the caller.</returns>
    public Tensor FindAnswers(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return answers.forward(Crops.Embed(projector, Crops.Encode(Encoder, batch.Views))).argmax(1).MoveToOuterDisposeScope();
    }

    private PretextLoss ComputeLoss(PretextBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        answers.Learns = step.Epoch >= options.FrozenEpochs || step.Progress >= MostFrozen;
        var embeddings = Crops.Embed(projector, Crops.Encode(Encoder, batch.Views));
        var logits = answers.forward(embeddings);
        var target = AskTeacher(batch);
        step.Keep(TeachersLogits, step.Gather(target));
        var loss = SelfDistillationLoss.Of(
            Crops.Split(logits, batch.Views.Count), Crops.Split(target, LargeCrops), center.Value, StudentTemperature, options.TeacherTemperature);
        var images = batch.Inputs.shape[0];
        return new PretextLoss(
            loss,
            (EmbeddingSpread.Metric, EmbeddingSpread.Of(embeddings.narrow(0, 0, images))),
            (UsedAnswers.Metric, UsedAnswers.Of(target.narrow(0, 0, images).sub(center.Value))),
            ("teacher_entropy", EntropyOf(target))).MoveToOuterDisposeScope();
    }

    /// <summary>The teacher's logits for the large crops, (2 x N, answers), in float32.</summary>
    private Tensor AskTeacher(PretextBatch batch)
    {
        using var noGrad = no_grad();
        var embeddings = Crops.Embed(teacherProjector.Module, Crops.Encode(teacher.Module, batch.Views.Take(LargeCrops)));
        return teacherAnswers.Module.forward(embeddings).to(ScalarType.Float32);
    }

    /// <summary>How undecided the teacher's targets are: from 0, one answer, to 1, all alike.</summary>
    private Tensor EntropyOf(Tensor target)
    {
        using var noGrad = no_grad();
        var logarithms = target.sub(center.Value).div(options.TeacherTemperature).log_softmax(1);
        return logarithms.exp().mul(logarithms).sum(1).mean().div(-Math.Log(options.Answers));
    }
}
