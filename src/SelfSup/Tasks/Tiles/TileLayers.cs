using SelfSup.Distributed;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The layers of a context-free network: one that sees each tile alone, and one that compares tiles.</summary>
internal static class TileLayers
{
    /// <summary>Length of a tile's embedding.</summary>
    public const int Embedding = 256;

    /// <summary>Embeds one tile's features.</summary>
    /// <param name="features">Length of the encoder's feature vector.</param>
    /// <returns>Features (M, features) to embeddings (M, 256).</returns>
    public static nn.Module<Tensor, Tensor> Embed(int features) =>
        nn.Sequential(nn.Linear(features, Embedding), new SyncBatchNorm(Embedding), nn.ReLU());

    /// <summary>Answers a question about several tiles.</summary>
    /// <param name="tiles">Tiles that a question is about.</param>
    /// <param name="classes">Answers to choose from.</param>
    /// <returns>Embeddings, one after another, (M, tiles x 256) to logits (M, classes).</returns>
    public static nn.Module<Tensor, Tensor> Compare(int tiles, int classes)
    {
        const int hidden = 1024;
        return nn.Sequential(nn.Linear(tiles * Embedding, hidden), new SyncBatchNorm(hidden), nn.ReLU(), nn.Linear(hidden, classes));
    }
}
