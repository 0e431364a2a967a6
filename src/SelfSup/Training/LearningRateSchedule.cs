namespace SelfSup.Training;

/// <summary>The learning rate as a pure function of the step, so that a resumed run needs no state for it.</summary>
internal static class LearningRateSchedule
{
    private static readonly double[] Milestones = [0.3, 0.6, 0.8];

    /// <summary>Factor on the base rate at a step.</summary>
    /// <param name="kind">How the rate falls.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">Steps of the whole run.</param>
    /// <param name="warmupSteps">Steps of linear rise from near zero.</param>
    public static double FactorAt(ScheduleKind kind, long step, long steps, long warmupSteps)
    {
        if (step < warmupSteps)
            return (step + 1.0) / warmupSteps;
        var progress = (double)(step - warmupSteps) / Math.Max(1, steps - warmupSteps);
        return kind switch
        {
            ScheduleKind.Cosine => 0.5 * (1 + Math.Cos(Math.PI * progress)),
            ScheduleKind.Step => Math.Pow(0.2, Milestones.Count(m => progress >= m)),
            _ => 1,
        };
    }
}
