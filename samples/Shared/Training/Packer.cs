using SelfSup.Data;

namespace SelfSup.Samples;

/// <summary>Packs images with a line of progress.</summary>
internal static class Packer
{
    /// <summary>Opens a file of packed images, or packs them to it; Ctrl+C is answered by how to go on.</summary>
    public static async Task<PackedImages> OpenOrPackAsync(IImageSource source, string file, int size, CancellationToken cancellation)
    {
        try
        {
            return await Screen.TrackAsync(line =>
                PackedImages.OpenOrPackAsync(source, file, new() { ImageSize = size }, new PackingLine(line), cancellation));
        }
        catch (OperationCanceledException)
        {
            Screen.Say($"Packing to {file} was stopped. The same command goes on from there.");
            throw;
        }
    }

    private sealed class PackingLine(ProgressLine line) : IProgress<PackingProgress>
    {
        public void Report(PackingProgress progress) => line.Show(
            "packing", $"packing {progress.Done:N0}/{progress.Total:N0}", (double)progress.Done / progress.Total,
            $"{progress.Failures:N0} unreadable", $"{progress.ImagesPerSecond:N0} images/s");
    }
}
