namespace SelfSup.Transfer;

/// <summary>What one kind of features is worth to nearest neighbors, and how much they differ.</summary>
/// <param name="Features">
/// <see cref="ProbeRow.RawPixels"/>, <see cref="ProbeRow.RandomWeights"/>, <see cref="ProbeRow.DataStatistics"/>,
/// <see cref="ProbeRow.Pretrained"/> or <see cref="ProbeRow.Centered"/>.
/// </param>
/// <param name="Stage">The stage they come from.</param>
/// <param name="Length">Length of the feature vector.</param>
/// <param name="Knn20">Test accuracy of 20 nearest neighbors at temperature 0.07, 0..1, the mean over <see cref="Encoders"/>.</param>
/// <param name="Knn200">Test accuracy of 200 nearest neighbors at temperature 0.1, 0..1, the mean over <see cref="Encoders"/>.</param>
/// <param name="Spread">How much the features differ from image to image, those of the first encoder.</param>
public sealed record TransferRow(string Features, string Stage, int Length, double Knn20, double Knn200, FeatureSpread Spread)
{
    /// <summary>How many encoders were judged: several untrained ones, of seeds in a row.</summary>
    public int Encoders { get; init; } = 1;

    /// <summary>Standard deviation of <see cref="Knn20"/> over <see cref="Encoders"/>, 0..1; null for one encoder.</summary>
    public double? Knn20Deviation { get; init; }

    /// <summary>Standard deviation of <see cref="Knn200"/> over <see cref="Encoders"/>, 0..1; null for one encoder.</summary>
    public double? Knn200Deviation { get; init; }
}
