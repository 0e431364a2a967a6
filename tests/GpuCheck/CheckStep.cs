namespace SelfSup.GpuCheck;

/// <summary>One step of the program, run in a process of its own.</summary>
/// <param name="Name">Its name on the command line and in the results.</param>
/// <param name="Description">What it checks.</param>
/// <param name="Minutes">How long it may take.</param>
/// <param name="NeedsDevice">Whether it is about the device that is checked, and is left out where that is not there.</param>
/// <param name="Run">Does it.</param>
internal sealed record CheckStep(string Name, string Description, int Minutes, bool NeedsDevice, Action<CheckSettings, Findings> Run);

/// <summary>Ends a step that cannot be done here.</summary>
/// <param name="reason">Why not.</param>
internal sealed class SkippedException(string reason) : Exception(reason);
