using SelfSup.GpuCheck.Steps;

namespace SelfSup.GpuCheck;

/// <summary>The steps in the order in which they run: what the later ones build on comes first.</summary>
internal static class StepCatalog
{
    public static IReadOnlyList<CheckStep> Steps { get; } =
    [
        new("environment", "Card, driver and versions, as libtorch itself tells them.", 1, NeedsDevice: false, EnvironmentStep.Run),
        new("symbols", "Every symbol that TorchSharp's glue and this library take from libtorch is there.", 2, NeedsDevice: false, SymbolsStep.Run),
        new("stored-losses", "Three steps of every task on the CPU against losses stored with the program.", 5, NeedsDevice: false, StoredLosses.Run),
    ];

    public static CheckStep Find(string name) => Steps.FirstOrDefault(step => step.Name == name)
        ?? throw new ArgumentException($"'{name}' is not a step; the steps are {string.Join(", ", Steps.Select(step => step.Name))}.");
}
