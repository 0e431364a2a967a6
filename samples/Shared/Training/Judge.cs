using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Samples;

/// <summary>Judges features with a line of progress.</summary>
internal static class Judge
{
    /// <summary>Probes an encoder.</summary>
    public static Task<ProbeReport> ProbeAsync(
        Encoder encoder, ILabeledImageSource train, ILabeledImageSource test, CancellationToken cancellation, LinearProbeOptions? settings = null) =>
        Screen.TrackAsync(line => Task.Run(
            () => LinearProbe.Evaluate(encoder, train, test, settings, new ProbingProgress(line), cancellation), cancellation));

    /// <summary>Judges an encoder by everything that is customary.</summary>
    public static Task<TransferReport> EvaluateAsync(
        Encoder encoder, ILabeledImageSource train, ILabeledImageSource test, TransferOptions settings, CancellationToken cancellation) =>
        Screen.TrackAsync(line => Task.Run(
            () => TransferReport.Evaluate(encoder, train, test, settings, new ProbingProgress(line), cancellation), cancellation));
}
