using System.Globalization;

namespace SelfSup.Transfer;

/// <summary>A classifier's answer about one image.</summary>
/// <param name="Label">The name of the most probable class.</param>
/// <param name="Probability">Its probability, 0..1.</param>
/// <param name="All">Every class with its probability, the most probable first.</param>
public sealed record Prediction(string Label, float Probability, IReadOnlyList<(string Label, float Probability)> All)
{
    private const int Named = 3;

    /// <summary>The most probable classes, at most three: <c>cat 93.4 %, dog 4.1 %, bird 2.5 %</c>.</summary>
    public override string ToString() => string.Join(
        ", ", All.Take(Named).Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Label} {100 * pair.Probability:F1} %")));
}
