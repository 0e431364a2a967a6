using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>The metrics of one step, still on the device so that the step need not wait for them.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="LearningRate">The step's learning rate.</param>
/// <param name="Names">Names such as <c>rotation/loss</c>.</param>
/// <param name="Values">One float a name; owned by this object.</param>
/// <param name="SkippedFor">The metric that was not finite and for which the step was left out; null if it was not.</param>
internal sealed record StepMetrics(
    long Step, double LearningRate, IReadOnlyList<string> Names, Tensor Values, string? SkippedFor = null) : IDisposable
{
    public void Dispose() => Values.Dispose();
}
