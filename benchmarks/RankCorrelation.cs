namespace SelfSup.Benchmarks;

/// <summary>Spearman's rank correlation.</summary>
internal static class RankCorrelation
{
    /// <summary>The correlation, and the middle 95 % of it over bootstrap samples of the pairs.</summary>
    public static (double Value, double Low, double High) WithInterval(double[] first, double[] second, int resamplings)
    {
        var random = new Random(0);
        var samples = new List<double>();
        for (var i = 0; i < resamplings; i++)
        {
            int[] drawn = [.. first.Select(_ => random.Next(first.Length))];
            var value = Of([.. drawn.Select(row => first[row])], [.. drawn.Select(row => second[row])]);
            if (double.IsFinite(value))
                samples.Add(value);
        }
        samples.Sort();
        return (Of(first, second), samples[(int)(0.025 * samples.Count)], samples[(int)(0.975 * samples.Count)]);
    }

    private static double Of(double[] first, double[] second)
    {
        var (x, y) = (Ranks(first), Ranks(second));
        var (meanX, meanY) = (x.Average(), y.Average());
        var covariance = x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum();
        return covariance / Math.Sqrt(x.Sum(a => (a - meanX) * (a - meanX)) * y.Sum(b => (b - meanY) * (b - meanY)));
    }

    /// <summary>Places in ascending order; equal values share the mean of theirs.</summary>
    private static double[] Ranks(double[] values) =>
        [.. values.Select(value => values.Count(other => other < value) + (values.Count(other => other == value) - 1) / 2.0)];
}
