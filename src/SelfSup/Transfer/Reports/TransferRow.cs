namespace SelfSup.Transfer;

/// <summary>What one kind of features is worth to nearest neighbors, and how much they differ.</summary>
/// <param name="Features"><see cref="ProbeRow.RawPixels"/>, <see cref="ProbeRow.RandomWeights"/> or <see cref="ProbeRow.Pretrained"/>.</param>
/// <param name="Stage">The stage they come from.</param>
/// <param name="Length">Length of the feature vector.</param>
/// <param name="Knn20">Test accuracy of 20 nearest neighbors at temperature 0.07, 0..1.</param>
/// <param name="Knn200">Test accuracy of 200 nearest neighbors at temperature 0.1, 0..1.</param>
/// <param name="Spread">How much the features differ from image to image.</param>
public sealed record TransferRow(string Features, string Stage, int Length, double Knn20, double Knn200, FeatureSpread Spread);
