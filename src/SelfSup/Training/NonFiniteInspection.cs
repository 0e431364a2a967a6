using System.Text.Json;
using SelfSup.Data;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Keeps what a step saw whose loss was not finite: the names of its images in <c>non-finite.jsonl</c>, and a picture of them.</summary>
/// <param name="folder">The run's folder; null keeps nothing.</param>
/// <param name="images">The run's images.</param>
/// <param name="loader">Reads them as the run did.</param>
/// <param name="augment">Varies a batch as the run did at a step, from 0.</param>
internal sealed class NonFiniteInspection(RunFolder? folder, IImageSource images, ImageLoader loader, Func<ImageBatch, long, Tensor> augment)
{
    private const int Columns = 8;

    /// <summary>Reads the step's batch again; reading and augmentation depend on the step alone.</summary>
    /// <param name="metric">The metric that was not finite.</param>
    /// <param name="step">The step, from 1.</param>
    public void Save(string metric, long step)
    {
        if (folder is null)
            return;
        var (epoch, number) = Math.DivRem(step - 1, loader.BatchesPerEpoch);
        if (loader.ReadEpoch((int)epoch, (int)number).FirstOrDefault() is not { } batch)
            return;
        using (batch)
        {
            using var scope = NewDisposeScope();
            var varied = augment(batch, step - 1);
            var frames = varied.dim() == 5 ? varied.select(1, 0) : varied; // of clips the first frame
            var grid = new PreviewGrid();
            foreach (var row in Enumerable.Range(0, batch.Count).Chunk(Columns))
                grid.AddRow(row.Select(i => new PreviewCell(frames[i], $"{i}")));
            grid.SavePng(folder.PreviewPath($"non-finite-step-{step}"));
            folder.AppendNonFinite(JsonSerializer.Serialize(new { step, metric, images = batch.Indices.Select(images.NameOf) }));
        }
    }
}
