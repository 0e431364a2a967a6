namespace SelfSup;

/// <summary>The optimiser with its settings: what a task is best trained by, unless the run's options say otherwise.</summary>
public sealed record TrainingRecipe
{
    /// <summary>How parameters are updated. The default is SGD.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Sgd;

    /// <summary>Learning rate at the top of the schedule, above 0. The default is 0.05.</summary>
    public double LearningRate { get; init; } = 0.05;

    /// <summary>Share of the earlier gradients in the direction of a step, in [0, 1); Adam's first beta. The default is 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>How the learning rate falls. The default is a cosine.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Share of the run in which the learning rate rises linearly, in [0, 0.5]. The default is 0.05.</summary>
    public double Warmup { get; init; } = 0.05;

    /// <summary>Weight decay, at least 0. The default is 0.0005.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>The recipe of tasks that state none.</summary>
    /// <param name="optimizer">How parameters are updated.</param>
    /// <returns>Defaults with a learning rate of 0.05 for SGD, 0.001 for AdamW and 0.3 for LARS.</returns>
    public static TrainingRecipe For(OptimizerKind optimizer) => new()
    {
        Optimizer = optimizer,
        LearningRate = optimizer switch
        {
            OptimizerKind.Sgd => 0.05,
            OptimizerKind.AdamW => 0.001,
            _ => 0.3,
        },
    };

    internal void Validate()
    {
        this.Require(Enum.IsDefined(Optimizer), Optimizer, $"an {nameof(OptimizerKind)}");
        this.Require(LearningRate > 0, LearningRate, "above 0");
        this.Require(Momentum is >= 0 and < 1, Momentum, "in [0, 1)");
        this.Require(Enum.IsDefined(Schedule), Schedule, $"a {nameof(ScheduleKind)}");
        this.Require(Warmup is >= 0 and <= 0.5, Warmup, "in [0, 0.5]");
        this.Require(WeightDecay >= 0, WeightDecay, "at least 0");
    }
}
