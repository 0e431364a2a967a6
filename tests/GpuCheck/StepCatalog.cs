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
        new("basics", "The device computes what the CPU computes, of the same draws.", 3, NeedsDevice: true, BasicsStep.Run),
        new("tasks-float32", "A step of every task on the device against the CPU, in float32 without TF32.", 5, NeedsDevice: true, TaskComparison.RunInFloat32),
        new("tasks-bfloat16", "The same with the device in bfloat16.", 5, NeedsDevice: true, TaskComparison.RunInBFloat16),
        new("pinned-input", "Batches in flight arrive with every pixel.", 3, NeedsDevice: true, PinnedInputStep.Run),
        new("enqueue", "Every task's step returns before the device has done it.", 5, NeedsDevice: true, EnqueueStep.Run),
        new("resume", "A run that is cut and resumed ends as one that is not.", 5, NeedsDevice: true, ResumeStep.Run),
        new("out-of-memory", "A batch that does not fit says so, and a small one trains after it.", 5, NeedsDevice: true, MemoryStep.Run),
        new("speed", "Training steps of ResNet-18, ResNet-50 and R3D-18, in turn with PyTorch.", 15, NeedsDevice: true, SpeedStep.Run),
    ];

    public static CheckStep Find(string name) => Steps.FirstOrDefault(step => step.Name == name)
        ?? throw new ArgumentException($"'{name}' is not a step; the steps are {string.Join(", ", Steps.Select(step => step.Name))}.");
}
