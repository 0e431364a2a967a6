namespace SelfSup.Transfer;

/// <summary>One line of a probe's table.</summary>
/// <param name="Features">
/// What the classifier sees: <c>chance</c>, <c>raw pixels</c>, <c>random weights</c>, <c>data statistics</c> or <c>pretrained</c>.
/// </param>
/// <param name="Stage">The stage the features come from; null for chance.</param>
/// <param name="Length">Length of the feature vector; 0 for chance.</param>
/// <param name="Strength">The L2 strength, chosen on held-out training labels where there are any; null for chance.</param>
/// <param name="ValidationAccuracy">
/// Accuracy on the held-out training labels, 0..1; null for chance, and where there were too few labels to hold any out.
/// </param>
/// <param name="TestAccuracy">
/// Accuracy on the test images, 0..1, the mean over <see cref="Encoders"/>; null for a stage that was not chosen, which never saw them.
/// </param>
public sealed record ProbeRow(
    string Features, string? Stage, int Length, double? Strength, double? ValidationAccuracy, double? TestAccuracy)
{
    /// <summary>Always the most frequent class of the training images.</summary>
    public const string Chance = "chance";

    /// <summary>The pixels of the shrunk image.</summary>
    public const string RawPixels = "raw pixels";

    /// <summary>The same architecture, untrained.</summary>
    public const string RandomWeights = "random weights";

    /// <summary>
    /// The same architecture, untrained, whose BatchNorm has seen one epoch of the training images: what statistics alone are worth.
    /// </summary>
    public const string DataStatistics = "data statistics";

    /// <summary>The encoder under evaluation.</summary>
    public const string Pretrained = "pretrained";

    /// <summary>The encoder's features, centered by the mean of unlabeled images and scaled to one length.</summary>
    public const string Centered = "pretrained, centered";

    /// <summary>
    /// How many encoders were tested: several untrained ones, of seeds in a row. The first one chose the stage; validation accuracy and
    /// strength are its own.
    /// </summary>
    public int Encoders { get; init; } = 1;

    /// <summary>Standard deviation of the test accuracy over <see cref="Encoders"/>, 0..1; null for one encoder.</summary>
    public double? TestDeviation { get; init; }
}
