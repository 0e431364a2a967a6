using SelfSup.Transfer;

namespace SelfSup.Samples;

/// <summary>Tells what an evaluation is doing: one line that is rewritten on a terminal, nothing in a log.</summary>
internal sealed class ProbeLine : IProgress<ProbeProgress>
{
    private int lastLength;

    public void Report(ProbeProgress progress)
    {
        if (Console.IsOutputRedirected)
            return;
        var text = $"\r  {progress.Step} {progress.Done:N0}/{progress.Total:N0}";
        Console.Write(text.PadRight(lastLength));
        lastLength = text.Length;
    }
}
