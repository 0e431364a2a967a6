namespace SelfSup.Curation;

/// <summary>The middle one of some numbers.</summary>
internal static class Median
{
    /// <summary>The lower of the two middle ones where their number is even.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(sorted.Length - 1) / 2];
    }
}
