namespace SelfSup.Training;

/// <summary>Counts the steps that were left out for a loss that was not finite; too many in a row are one too many.</summary>
internal sealed class SkippedSteps
{
    private const int MostInARow = 9;
    private long count;

    /// <summary>How many of the last steps were left out.</summary>
    public int InARow { get; set; }

    /// <summary>The warning about them; null while there are none.</summary>
    public PretrainingWarning? Warning { get; private set; }

    /// <summary>Takes in one step, in the order of steps.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="metric">The metric that was not finite; null if the step was not left out.</param>
    /// <returns>Whether the run may go on.</returns>
    public bool Add(long step, string? metric)
    {
        InARow = metric is null ? 0 : InARow + 1;
        if (metric is null)
            return true;
        count++;
        Warning = new(step, $"{count} steps were left out, the last one step {step}, where {metric} was not finite. "
            + "Their images are named in non-finite.jsonl. Try a lower learning rate, or gradient clipping.");
        return InARow <= MostInARow;
    }
}
