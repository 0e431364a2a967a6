using SelfSup.Transfer;

namespace SelfSup.Samples;

/// <summary>Tells what an evaluation is doing: one line that is rewritten on a terminal, in a log a line for every step.</summary>
internal sealed class ProbeLine : IProgress<ProbeProgress>
{
    private int lastLength;
    private string? lastStep;

    public void Report(ProbeProgress progress)
    {
        if (Console.IsOutputRedirected)
        {
            if (progress.Step != lastStep)
                Console.WriteLine($"  {lastStep = progress.Step}");
            return;
        }
        var text = $"\r  {progress.Step} {progress.Done:N0}/{progress.Total:N0}";
        Console.Write(text.PadRight(lastLength));
        lastLength = text.Length;
    }
}
