namespace SelfSup.Transfer;

/// <summary>How far a probe is.</summary>
/// <param name="Step">What is being done, such as <c>pretrained: reading training images</c>.</param>
/// <param name="Done">Images, or layers, done in this step.</param>
/// <param name="Total">Images, or layers, of this step.</param>
public sealed record ProbeProgress(string Step, int Done, int Total);

/// <summary>Turns a count within a step into a report about the probe.</summary>
internal sealed class StepProgress(IProgress<ProbeProgress>? receiver, string step, int total) : IProgress<int>
{
    public void Report(int done) => receiver?.Report(new ProbeProgress(step, done, total));
}
