using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Learns to tell clusters of images that it found itself.</summary>
public abstract class DeepClusterModel : PretextModel
{
    private protected DeepClusterModel(string name, Encoder encoder)
        : base(name, encoder)
    {
    }

    /// <summary>Predicts the clusters of all crops; of several clusterings, by the first.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Clusters, int64 (crops x N), crop by crop; owned by the caller.</returns>
    public abstract Tensor PredictClusters(PretextBatch batch);
}
