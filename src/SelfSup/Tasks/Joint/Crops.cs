using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Runs several crops of every image through an encoder, those of one size together.</summary>
internal static class Crops
{
    /// <summary>Computes the features of all crops.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="views">Crops (N, 3, s, s), those of one size in a row.</param>
    /// <returns>Features (crops x N, F), crop by crop; owned by the caller.</returns>
    public static Tensor Encode(Encoder encoder, IEnumerable<Tensor> views)
    {
        using var scope = NewDisposeScope();
        var features = views.GroupBy(view => view.shape[^1]).Select(group => encoder.forward(encoder.Normalize(cat([.. group]))));
        return cat([.. features]).MoveToOuterDisposeScope();
    }

    /// <summary>Computes a head's output of unit length, in float32.</summary>
    /// <param name="head">The head.</param>
    /// <param name="features">Features (M, F).</param>
    /// <returns>Rows of unit length (M, D), owned by the caller.</returns>
    public static Tensor Embed(nn.Module<Tensor, Tensor> head, Tensor features)
    {
        using var scope = NewDisposeScope();
        return nn.functional.normalize(head.forward(features).to(ScalarType.Float32), dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>Cuts rows that stand crop by crop into those of each crop.</summary>
    /// <param name="rows">Rows (crops x N, D).</param>
    /// <param name="crops">Number of crops.</param>
    /// <returns>Views of the rows (N, D), in the caller's dispose scope.</returns>
    public static Tensor[] Split(Tensor rows, int crops)
    {
        var images = rows.shape[0] / crops;
        return [.. Enumerable.Range(0, crops).Select(crop => rows.narrow(0, crop * images, images))];
    }
}
