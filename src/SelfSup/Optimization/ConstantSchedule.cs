namespace SelfSup.Optimization;

/// <summary>The full rate to the end.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double FactorAfterWarmup(double progress) => 1;
}
