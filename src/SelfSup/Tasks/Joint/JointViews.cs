using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The batches and pictures of methods that let views of an image agree.</summary>
internal static class JointViews
{
    private const int Columns = 8;

    /// <summary>Makes a batch of an input's views as they are.</summary>
    /// <param name="input">The input. Borrowed.</param>
    /// <param name="task">The task's name.</param>
    /// <returns>The batch, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There are not two views.</exception>
    public static PretextBatch BatchOf(PretextInput input, string task)
    {
        Require(input, task, 2);
        return PretextBatch.OfViews(input);
    }

    /// <summary>Requires an input to have the views that a task asks for.</summary>
    /// <param name="input">The input. Borrowed.</param>
    /// <param name="task">The task's name.</param>
    /// <param name="count">How many views it compares.</param>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public static void Require(PretextInput input, string task, int count)
    {
        if (input.Views.Count != count)
        {
            throw new ArgumentException(
                $"The task '{task}' compares {count} views of every image, and the input has {input.Views.Count}; make those that the task's "
                + "Views ask for.", nameof(input));
        }
    }

    /// <summary>Draws the views of up to eight images one below the other, then those of the next.</summary>
    /// <param name="batch">A batch of several views. Borrowed.</param>
    /// <param name="goal">What the method asks of the views, a sentence.</param>
    /// <param name="embed">Computes the features (N, D) that are to agree; null draws the views alone.</param>
    /// <returns>The picture.</returns>
    public static PreviewGrid Draw(PretextBatch batch, string goal, Func<Tensor, Tensor>? embed)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var grid = new PreviewGrid
        {
            Legend = $"Views of each image, one below the other. {goal} With a model: how alike a view is to view 1, at most 1. "
                + "Green: no other image's view 1 is more like it.",
        };
        Tensor[] views = [.. batch.Views.Select(view => view.cpu())];
        var first = embed?.Invoke(batch.Views[0]);
        double[,]?[] likeness = [.. batch.Views.Select((view, v) => first is null || v == 0 ? null : Likeness(first, embed!(view)))];
        var count = (int)views[0].shape[0];
        for (var start = 0; start < count; start += Columns)
        {
            var images = Enumerable.Range(start, Math.Min(Columns, count - start)).ToArray();
            for (var v = 0; v < views.Length; v++)
                grid.AddRow(images.Select(image => CellOf(views[v][image], v, likeness[v], image)));
        }
        return grid;
    }

    private static PreviewCell CellOf(Tensor picture, int view, double[,]? likeness, int image)
    {
        var name = $"view {view + 1}";
        if (likeness is null)
            return new PreviewCell(picture, name);
        var own = likeness[image, image];
        var isNearest = Enumerable.Range(0, likeness.GetLength(1)).All(other => likeness[image, other] <= own);
        return new PreviewCell(picture, FormattableString.Invariant($"{name}: {own:F2}"), isNearest ? PreviewMark.Right : PreviewMark.Wrong);
    }

    /// <summary>The cosines of every image's other view, row by row, with all first views.</summary>
    private static double[,] Likeness(Tensor first, Tensor other)
    {
        Tensor one = Unit(first), two = Unit(other);
        var values = two.mm(one.t()).data<double>().ToArray();
        var count = (int)one.shape[0];
        var cosines = new double[count, count];
        Buffer.BlockCopy(values, 0, cosines, 0, values.Length * sizeof(double));
        return cosines;

        static Tensor Unit(Tensor features) => nn.functional.normalize(features.cpu().to(ScalarType.Float64), dim: 1);
    }
}
