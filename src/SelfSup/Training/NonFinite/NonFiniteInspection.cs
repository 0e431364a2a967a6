using SelfSup.Data;
using SelfSup.Files;
using SelfSup.Previews;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Keeps what a step saw whose loss was not finite: the names of its images in <c>non-finite.jsonl</c>, and a picture of them.</summary>
/// <param name="folder">The run's folder; null keeps nothing.</param>
/// <param name="images">The run's images.</param>
/// <param name="loader">Reads them as the run did.</param>
/// <param name="views">Varies them as the run did.</param>
/// <param name="order">Their order.</param>
internal sealed class NonFiniteInspection(RunFolder? folder, IImageSource images, ImageLoader loader, ViewMaker views, EpochOrder order)
{
    private const int Columns = 8;

    /// <summary>
    /// Reads the step's batch again; reading and augmentation depend on the step alone. Where that fails, as on a full disk, nothing is
    /// kept: the loss is what the user must hear of.
    /// </summary>
    /// <param name="metric">The metric that was not finite.</param>
    /// <param name="step">The step, from 1.</param>
    public void TrySave(string metric, long step)
    {
        try
        {
            Save(metric, step);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or OutOfMemoryException || MemoryShortage.IsIn(e))
        {
        }
    }

    private void Save(string metric, long step)
    {
        if (folder is null)
            return;
        var (epoch, number) = Math.DivRem(step - 1, loader.BatchesPerEpoch);
        if (order.Read(loader, (int)epoch, (int)number, CancellationToken.None).FirstOrDefault() is not { } batch)
            return;
        using (batch)
        {
            using var scope = NewDisposeScope();
            var varied = views.Make(batch, step - 1)[0].Images;
            var frames = varied.dim() == 5 ? varied.select(1, 0) : varied; // of clips the first frame
            var grid = new PreviewGrid { Legend = $"The images of step {step}, whose {metric} was not finite, as they were seen, by their place in the batch." };
            foreach (var row in Enumerable.Range(0, batch.Count).Chunk(Columns))
                grid.AddRow(row.Select(i => new PreviewCell(frames[i], $"{i}")));
            grid.SavePng(folder.PreviewPath($"non-finite-step-{step}"));
            folder.AppendNonFinite(JsonText.Line(new { step, metric, images = batch.Indices.Select(images.NameOf) }));
        }
    }
}
