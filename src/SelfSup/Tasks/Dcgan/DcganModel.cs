using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The discriminator, which is linear in the encoder's last map and in the batch's spread, and the generator.</summary>
public class DcganModel : GanModel
{
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly BatchSpreadJudge spread;
    private readonly double smoothing;

    internal DcganModel(string name, Encoder encoder, GanOptions options)
        : this(name, encoder, options, () => new ImageGenerator(options.NoiseSize, encoder.ImageSize, options.GeneratorWidth))
    {
    }

    private protected DcganModel(string name, Encoder encoder, GanOptions options, Func<nn.Module<Tensor, Tensor>> newGenerator)
        : base(name, encoder, options, newGenerator)
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
    public sealed override IReadOnlyList<Objective> Objectives { get; }

    private PretextLoss ComputeDiscriminator(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var generated = GenerateWithoutGradient(batch);
        // Real and generated images are judged apart, each normalized by the statistics of its own batch.
        var real = Judge(batch.Inputs);
        var fake = JudgeGenerated(generated);
        return new PretextLoss(
            AdversarialLoss.OfCritic(real, fake, smoothing).MoveToOuterDisposeScope(),
            ("accuracy", AdversarialLoss.Accuracy(real, fake).MoveToOuterDisposeScope()),
            (Diversity, MeasureDiversity(generated, batch.Inputs).MoveToOuterDisposeScope()));
    }

    /// <summary>What the generator minimizes.</summary>
    private protected virtual PretextLoss ComputeGenerator(PretextBatch batch)
    {
        using var scope = NewDisposeScope();
        var fake = JudgeGenerated(Generate(batch));
        return new PretextLoss(AdversarialLoss.OfGenerator(fake).MoveToOuterDisposeScope());
    }

    /// <summary>What was generated, in [-1, 1], to the logits (N, 1) of its being real; the encoder's statistics stay as they are.</summary>
    private protected Tensor JudgeGenerated(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var untracked = new UntrackedStatistics(Encoder);
        return Judge(ToUnitRange(images)).MoveToOuterDisposeScope();
    }

    /// <summary>Images or clips, uint8 or float in [0, 1], to the logits (N, 1) of their being real.</summary>
    private Tensor Judge(Tensor images)
    {
        using var scope = NewDisposeScope();
        var inputs = Encoder.Normalize(images);
        var own = head.forward(OverTime(Encoder.ForwardStages(inputs)[^1])).to(ScalarType.Float32);
        return own.add(spread.forward(OverTime(inputs))).MoveToOuterDisposeScope();
    }

    /// <summary>Clips (N, C, T, H, W), of any length, to their means over time (N, C, H, W); images as they are.</summary>
    private static Tensor OverTime(Tensor maps) => maps.dim() == 5 ? maps.mean([2]) : maps;
}
