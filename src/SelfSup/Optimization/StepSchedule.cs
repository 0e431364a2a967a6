using System.Globalization;
using System.Text;
using SelfSup.Runtime;

namespace SelfSup.Optimization;

/// <summary>A rate that falls by a factor at every milestone.</summary>
/// <remarks>A run's record has the milestones as a list, <c>schedule_milestones</c>, and the factor as <c>schedule_factor</c>.</remarks>
public sealed record StepSchedule : LearningRateSchedule
{
    /// <summary>Shares of the run after warm-up at which the rate falls, each in (0, 1), rising. The default is 0.3, 0.6 and 0.8.</summary>
    public IReadOnlyList<double> Milestones { get; init => field = [.. value]; } = [0.3, 0.6, 0.8];

    /// <summary>What the rate is multiplied by at a milestone, in (0, 1). The default is 0.2.</summary>
    public double Factor { get; init; } = 0.2;

    /// <summary>Whether the other schedule has the same milestones and factor.</summary>
    /// <param name="other">The other schedule.</param>
    /// <returns>Whether it does.</returns>
    public bool Equals(StepSchedule? other) =>
        base.Equals(other) && Factor.Equals(other.Factor) && Milestones.SequenceEqual(other.Milestones);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Factor, Milestones.Count, Milestones.Sum());

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(double progress) => Math.Pow(Factor, Milestones.Count(milestone => progress >= milestone));

    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Milestones = [{Text()}], Factor = {Factor}");
        return true;
    }

    internal override void Validate()
    {
        this.Require(
            Milestones.All(milestone => milestone is > 0 and < 1) && Milestones.SequenceEqual(Milestones.Order()),
            $"[{Text()}]", "rising, each in (0, 1)", nameof(Milestones));
        this.Require(Factor is > 0 and < 1, Factor, "in (0, 1)");
    }

    private string Text() => string.Join(", ", Milestones.Select(milestone => milestone.ToString(CultureInfo.InvariantCulture)));
}
