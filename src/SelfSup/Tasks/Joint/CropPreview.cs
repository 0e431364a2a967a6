using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Draws crops of images, a row an image, with what a model answers to each.</summary>
internal static class CropPreview
{
    /// <summary>Draws a batch.</summary>
    /// <param name="batch">A batch whose views are crops.</param>
    /// <param name="answers">The number of the answer to every crop, int64 (crops x N), crop by crop; null where there is no model.</param>
    /// <param name="answer">What an answer is, such as "cluster".</param>
    /// <param name="legend">What the picture shows.</param>
    /// <returns>The picture: green where a crop's answer is that to the first crop of the image, else red.</returns>
    public static PreviewGrid Draw(PretextBatch batch, Tensor? answers, string answer, string legend)
    {
        using var scope = NewDisposeScope();
        var images = (int)batch.Inputs.shape[0];
        var numbers = answers?.cpu().data<long>().ToArray();
        var grid = new PreviewGrid { Legend = legend };
        for (var i = 0; i < images; i++)
            grid.AddRow([.. batch.Views.Select((view, crop) => Cell(view[i], crop, i))]);
        return grid;

        PreviewCell Cell(Tensor image, int crop, int i)
        {
            if (numbers is null)
                return new PreviewCell(image);
            var (first, own) = (numbers[i], numbers[crop * images + i]);
            return new PreviewCell(image, $"{answer} {own}", crop == 0 ? PreviewMark.None : own == first ? PreviewMark.Right : PreviewMark.Wrong);
        }
    }
}
