using SelfSup.Training;

namespace SelfSup.Comparisons;

/// <summary>How far a comparison is.</summary>
/// <param name="Candidate">The candidate at work.</param>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Training">Where its training stands; null while it is judged.</param>
public sealed record ComparisonProgress(string Candidate, int Number, int Count, PretrainingProgress? Training)
{
    /// <summary>Where the comparison stands, in one line.</summary>
    public override string ToString() => $"{Number} of {Count}, {Candidate}: {Training?.ToString() ?? "judging"}";
}
