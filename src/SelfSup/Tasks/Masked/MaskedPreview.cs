using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Draws hidden patches and what a model makes of them.</summary>
internal static class MaskedPreview
{
    private const int Gray = 128;

    /// <summary>Draws a row an image.</summary>
    /// <param name="images">The true images, uint8 (N, 3, S, S).</param>
    /// <param name="mask">Which patches are hidden, bool (N, rows, columns).</param>
    /// <param name="restored">Restored images, float (N, 3, S, S); null where there is no model.</param>
    public static PreviewGrid Draw(Tensor images, Tensor mask, Tensor? restored)
    {
        using var scope = NewDisposeScope();
        var hidden = Patches.ToPixels(mask, (int)(images.shape[2] / mask.shape[1]));
        var seen = images.masked_fill(hidden, Gray);
        var grid = new PreviewGrid
        {
            Legend = "Each row: the true image, what the encoder sees of it, hidden patches in gray, and the image with these patches as the model restores them.",
        };
        for (var i = 0; i < images.shape[0]; i++)
        {
            PreviewCell truth = new(images[i], "true image"), left = new(seen[i], "the encoder sees");
            grid.AddRow(restored is null ? [truth, left] : [truth, left, new PreviewCell(restored[i], "restored")]);
        }
        return grid;
    }
}
