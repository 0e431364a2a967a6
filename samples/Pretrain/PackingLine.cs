using SelfSup.Data;

namespace SelfSup.Samples;

/// <summary>Tells how far packing is: one line that is rewritten on a terminal, one line at the end in a log.</summary>
internal sealed class PackingLine(string file) : IProgress<PackingProgress>
{
    private int lastLength;

    public void Report(PackingProgress progress)
    {
        var ended = progress.Done == progress.Total;
        var line = $"  packing {file}: {progress.Done:N0} of {progress.Total:N0} images, {progress.ImagesPerSecond:0} images/s, "
            + $"{progress.Failures:N0} unreadable";
        if (!Console.IsOutputRedirected)
            Console.Write(("\r" + line).PadRight(lastLength));
        else if (ended)
            Console.Write(line);
        lastLength = line.Length + 1;
        if (ended)
            Console.WriteLine();
    }
}
