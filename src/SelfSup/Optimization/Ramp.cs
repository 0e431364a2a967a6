namespace SelfSup.Optimization;

/// <summary>
/// Values that change from one to another over a run, such as weight decay, temperatures and the momentum of averaged copies. BYOL's
/// momentum, 1 − (1 − τ)(1 + cos(πt/T))/2, is <c>Ramp.Cosine(τ, 1, t/T)</c>.
/// </summary>
public static class Ramp
{
    /// <summary>Half a cosine: slow at both ends, fastest in the middle.</summary>
    /// <param name="from">The value at a progress of 0, which it returns exactly.</param>
    /// <param name="to">The value at a progress of 1, which it returns exactly.</param>
    /// <param name="progress">Share of the way; below 0 counts as 0, above 1 as 1.</param>
    /// <returns>The value.</returns>
    public static double Cosine(double from, double to, double progress)
    {
        var rest = 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1)));
        return from * rest + to * (1 - rest);
    }

    /// <summary>A straight line.</summary>
    /// <inheritdoc cref="Cosine"/>
    public static double Linear(double from, double to, double progress)
    {
        var share = Math.Clamp(progress, 0, 1);
        return from * (1 - share) + to * share;
    }
}
