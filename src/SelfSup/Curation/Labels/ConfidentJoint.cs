namespace SelfSup.Curation;

/// <summary>Which class a row is confidently of: the most probable one of those whose own rows are no surer of it on average.</summary>
internal sealed class ConfidentJoint
{
    private readonly float[][] probabilities;
    private readonly double[] thresholds;

    /// <summary>Measures the classes' thresholds: how sure the rows with a label are of it, on average.</summary>
    /// <param name="probabilities">K probabilities of every row, by a classifier that never saw it.</param>
    /// <param name="labels">The label of every row; of each class there is one.</param>
    /// <param name="classes">Number of classes K.</param>
    public ConfidentJoint(float[][] probabilities, int[] labels, int classes)
    {
        this.probabilities = probabilities;
        thresholds = [.. Enumerable.Range(0, classes).Select(label =>
            labels.Zip(probabilities).Where(row => row.First == label).Average(row => (double)row.Second[label]))];
    }

    /// <summary>The class that a row is confidently of; null where it is of none.</summary>
    public int? ClassOf(int row)
    {
        int? best = null;
        for (var label = 0; label < thresholds.Length; label++)
        {
            if (probabilities[row][label] >= thresholds[label] && (best is null || probabilities[row][label] > probabilities[row][best.Value]))
                best = label;
        }
        return best;
    }
}
