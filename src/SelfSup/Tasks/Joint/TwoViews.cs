using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>What methods share that ask a view of an image to find the other one.</summary>
internal static class TwoViews
{
    private const int Columns = 8;

    /// <summary>SGD at a rate of 0.03 for batches of 64 images, in proportion for others.</summary>
    public static TrainingRecipe Recipe { get; } = TrainingRecipe.Default with { LearningRate = 0.03, ReferenceBatchSize = 64 };

    /// <summary>Both views one after the other, (2N, 3, S, S), so that they go through a network in one pass.</summary>
    public static Tensor Join(PretextBatch batch) => cat([batch.Views[0], batch.Views[1]]);

    /// <summary>What a network made of joined views, for either view (N, ...); in the caller's scope.</summary>
    public static (Tensor First, Tensor Second) Split(Tensor joined)
    {
        var count = joined.shape[0] / 2;
        return (joined.narrow(0, 0, count), joined.narrow(0, count, count));
    }

    /// <summary>The mean of two directions' losses and of their metrics, which have the same names.</summary>
    /// <param name="one">A loss. Its tensors stay in the caller's scope.</param>
    /// <param name="other">A loss. Its tensors stay in the caller's scope.</param>
    /// <param name="factor">Multiplies the loss. The default is 1.</param>
    public static PretextLoss Mean(PretextLoss one, PretextLoss other, double factor = 1) => new(
        one.Value.add(other.Value).mul(factor / 2),
        [.. one.Metrics.Zip(other.Metrics, (first, second) => (first.Name, first.Value.add(second.Value).div(2)))]);

    /// <summary>Draws both views, eight images a row; with a model, below them the second view that it finds closest to the first.</summary>
    /// <param name="batch">A batch of two views.</param>
    /// <param name="embed">Gives the embeddings (N, D) of either view; null where there is no model.</param>
    public static PreviewGrid Draw(PretextBatch batch, Func<PretextBatch, (Tensor First, Tensor Second)>? embed)
    {
        using var scope = NewDisposeScope();
        var (first, second) = (batch.Views[0].cpu(), batch.Views[1].cpu());
        var found = embed is null ? null : FindClosest(embed(batch));
        var grid = new PreviewGrid
        {
            Legend = "Two views of every image, one below the other, cut and colored at random. The model must find the second view that belongs to a "
                + "first one, among those of all images here. With a model, the third row has what it finds closest. Green is right, red is wrong.",
        };
        for (var start = 0; start < first.shape[0]; start += Columns)
        {
            var images = Enumerable.Range(start, (int)Math.Min(Columns, first.shape[0] - start)).ToArray();
            grid.AddRow(images.Select(i => new PreviewCell(first[i], "first view")));
            grid.AddRow(images.Select(i => new PreviewCell(second[i], "second view")));
            if (found is not null)
                grid.AddRow(images.Select(i => new PreviewCell(second[found[i]], "closest", found[i] == i ? PreviewMark.Right : PreviewMark.Wrong)));
        }
        return grid;
    }

    private static long[] FindClosest((Tensor First, Tensor Second) embeddings)
    {
        using var noGrad = no_grad();
        var first = nn.functional.normalize(embeddings.First.to(ScalarType.Float32), dim: 1);
        var second = nn.functional.normalize(embeddings.Second.to(ScalarType.Float32), dim: 1);
        return first.mm(second.t()).argmax(1).cpu().data<long>().ToArray();
    }
}
