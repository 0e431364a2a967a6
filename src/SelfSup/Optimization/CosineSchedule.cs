using SelfSup.Runtime;

namespace SelfSup.Optimization;

/// <summary>Half a cosine: Loshchilov and Hutter, "SGDR", 2017, https://arxiv.org/abs/1608.03983, without restarts.</summary>
public sealed record CosineSchedule : LearningRateSchedule
{
    /// <summary>Share of the base rate that it falls to at the end of the run, in [0, 1]. The default is 0.</summary>
    public double Final { get; init; }

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(double progress) => Ramp.Cosine(1, Final, progress);

    internal override void Validate() => this.Require(Final is >= 0 and <= 1, Final, "in [0, 1]");
}
