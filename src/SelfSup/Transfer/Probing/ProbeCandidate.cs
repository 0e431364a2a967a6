namespace SelfSup.Transfer;

/// <summary>A layer with the L2 strength that did best on the held-out training labels.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Strength">The chosen strength.</param>
/// <param name="Accuracy">Accuracy on the held-out labels; null where none could be held out.</param>
/// <param name="Loss">Cross-entropy on the held-out labels.</param>
internal sealed record ProbeCandidate(FeatureLayer Layer, double Strength, double? Accuracy, double Loss)
{
    /// <summary>Whether this does better than another; few labels often tie on accuracy, where the loss still tells.</summary>
    public bool Beats(ProbeCandidate? other) =>
        other is null || Accuracy > other.Accuracy || (Accuracy == other.Accuracy && Loss < other.Loss);
}
