using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Tells how many different answers a batch gets: where all images get the same few, a method that clusters has collapsed.</summary>
internal static class UsedAnswers
{
    /// <summary>Name of the metric.</summary>
    public const string Metric = "used";

    private const double LeastSound = 0.1;

    /// <summary>The alarm of an objective whose loss reports the metric.</summary>
    public static MetricAlarm Alarm { get; } = new(
        Metric, LeastSound, "Nearly all images get the same few answers: the method has collapsed. Try a lower learning rate, or larger batches.");

    /// <summary>The number of different first answers, as a share of as many as there could be.</summary>
    /// <param name="scores">Scores by answers, (N, K). Borrowed.</param>
    /// <returns>A scalar in (0, 1] without gradient, on their device; owned by the caller.</returns>
    public static Tensor Of(Tensor scores)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var isUsed = zeros(scores.shape[1], float32, scores.device).index_fill_(0, scores.detach().argmax(1), 1);
        return isUsed.sum().div(Math.Min(scores.shape[0], scores.shape[1])).MoveToOuterDisposeScope();
    }
}
