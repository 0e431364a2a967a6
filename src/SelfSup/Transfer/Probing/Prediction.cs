namespace SelfSup.Transfer;

/// <summary>A classifier's answer about one image.</summary>
/// <param name="Label">The name of the most probable class.</param>
/// <param name="Probability">Its probability, 0..1.</param>
/// <param name="All">Every class with its probability, the most probable first.</param>
public sealed record Prediction(string Label, float Probability, IReadOnlyList<(string Label, float Probability)> All);
