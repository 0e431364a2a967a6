using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The discriminator, which is linear in the encoder's last map and in the batch's spread, and the generator.</summary>
public sealed class DcganModel : GanModel
{
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly BatchSpreadJudge spread;
    private readonly double smoothing;

    internal DcganModel(string name, Encoder encoder, GanOptions options)
        : base(name, encoder, options)
    {
        head = NewHead(encoder, 1);
        spread = new BatchSpreadJudge();
        smoothing = options.LabelSmoothing;
        RegisterComponents();
        Objectives =
        [
            new Objective("discriminator", ComputeDiscriminator, encoder, head, spread)
            {
                LearningRateFactor = CriticsLearningRateFactor,
                Alarms = [CollapseAlarm],
            },
            new Objective("generator", ComputeGenerator, Generator),
        ];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    private PretextLoss ComputeDiscriminator(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var generated = GenerateWithoutGradient(batch.Targets);
        // Real and generated images are judged apart, each normalised by the statistics of its own batch.
        var real = Judge(batch.Inputs);
        var fake = JudgeGenerated(generated);
        return new PretextLoss(
            AdversarialLoss.OfCritic(real, fake, smoothing).MoveToOuterDisposeScope(),
            ("accuracy", AdversarialLoss.Accuracy(real, fake).MoveToOuterDisposeScope()),
            (Diversity, MeasureDiversity(generated, batch.Inputs).MoveToOuterDisposeScope()));
    }

    private PretextLoss ComputeGenerator(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var fake = JudgeGenerated(Generator.forward(batch.Targets));
        return new PretextLoss(AdversarialLoss.OfGenerator(fake).MoveToOuterDisposeScope());
    }

    private Tensor JudgeGenerated(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var untracked = new UntrackedStatistics(Encoder);
        return Judge(ToUnitRange(images)).MoveToOuterDisposeScope();
    }

    /// <summary>Images, uint8 or float in [0, 1], to the logits (N, 1) of their being real.</summary>
    private Tensor Judge(Tensor images)
    {
        using var scope = NewDisposeScope();
        var inputs = Encoder.Normalize(images);
        var own = head.forward(Encoder.ForwardStages(inputs)[^1]).to(ScalarType.Float32);
        return own.add(spread.forward(inputs)).MoveToOuterDisposeScope();
    }
}
