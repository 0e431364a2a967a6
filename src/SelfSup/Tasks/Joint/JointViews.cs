using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The batches and pictures of methods that let two views of an image agree.</summary>
internal static class ViewPairs
{
    private const int Columns = 8;

    /// <summary>Makes a batch of an input's two views as they are.</summary>
    /// <param name="input">The input. Borrowed.</param>
    /// <param name="task">The task's name.</param>
    /// <returns>The batch, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There are not two views.</exception>
    public static PretextBatch BatchOf(PretextInput input, string task) => input.Views.Count == 2
        ? PretextBatch.OfViews(input)
        : throw new ArgumentException(
            $"The task '{task}' compares two views of every image, and the input has {input.Views.Count}; make those that the task's Views ask for.",
            nameof(input));

    /// <summary>Draws the first views in a row and the second views in the row below.</summary>
    /// <param name="batch">A batch of two views. Borrowed.</param>
    /// <param name="goal">What the method asks of the views, a sentence.</param>
    /// <param name="embed">Computes the features (N, D) that are to agree; null draws the views alone.</param>
    /// <returns>The picture.</returns>
    public static PreviewGrid Draw(PretextBatch batch, string goal, Func<Tensor, Tensor>? embed)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var grid = new PreviewGrid
        {
            Legend = $"Two views of each image, one below the other. {goal} With a model: how alike the two are to it, at most 1. "
                + "Green: no other image's first view is more like the second view.",
        };
        var likeness = embed is null ? null : Likeness(embed(batch.Views[0]), embed(batch.Views[1]));
        Tensor first = batch.Views[0].cpu(), second = batch.Views[1].cpu();
        var count = (int)first.shape[0];
        for (var start = 0; start < count; start += Columns)
        {
            var images = Enumerable.Range(start, Math.Min(Columns, count - start)).ToArray();
            grid.AddRow(images.Select(i => new PreviewCell(first[i], "view 1")));
            grid.AddRow(images.Select(i => new PreviewCell(second[i], CaptionOf(likeness, i), MarkOf(likeness, i, count))));
        }
        return grid;
    }

    /// <summary>The cosines of every second view, row by row, with all first views.</summary>
    private static double[,] Likeness(Tensor first, Tensor second)
    {
        Tensor one = Unit(first), two = Unit(second);
        var values = two.mm(one.t()).data<double>().ToArray();
        var count = (int)one.shape[0];
        var cosines = new double[count, count];
        Buffer.BlockCopy(values, 0, cosines, 0, values.Length * sizeof(double));
        return cosines;

        static Tensor Unit(Tensor features) => nn.functional.normalize(features.cpu().to(ScalarType.Float64), dim: 1);
    }

    private static string CaptionOf(double[,]? likeness, int image) =>
        likeness is null ? "view 2" : FormattableString.Invariant($"view 2: {likeness[image, image]:F2}");

    private static PreviewMark MarkOf(double[,]? likeness, int image, int count) => likeness is null
        ? PreviewMark.None
        : Enumerable.Range(0, count).All(other => likeness[image, other] <= likeness[image, image]) ? PreviewMark.Right : PreviewMark.Wrong;
}
