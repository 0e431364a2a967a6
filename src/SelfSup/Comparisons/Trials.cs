namespace SelfSup.Comparisons;

/// <summary>Accuracies in a repeated cross-validation, 0..1, of parts that are the same for all candidates.</summary>
/// <param name="Accuracies">One for every part that was tested on.</param>
/// <param name="TestedToLearned">
/// How many labels were tested on for each that was learned from, on average; infinite where a single part was tested on, which tells of no error.
/// </param>
internal sealed record Trials(IReadOnlyList<double> Accuracies, double TestedToLearned)
{
    /// <summary>
    /// The mean lead over other trials, and its standard error: the classifiers share labels, so the number of trials alone would make it too
    /// small.
    /// </summary>
    public (double Mean, double Error) LeadOver(Trials other)
    {
        double[] leads = [.. Accuracies.Zip(other.Accuracies, (own, others) => own - others)];
        var mean = leads.Average();
        if (leads.Length < 2 || double.IsInfinity(TestedToLearned))
            return (mean, double.PositiveInfinity);
        var variance = leads.Sum(lead => (lead - mean) * (lead - mean)) / (leads.Length - 1);
        return (mean, Math.Sqrt((1.0 / leads.Length + TestedToLearned) * variance));
    }
}
