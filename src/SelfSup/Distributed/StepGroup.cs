namespace SelfSup.Distributed;

/// <summary>The ranks that compute a step together, on the thread that computes it: layers find them here.</summary>
internal sealed class StepGroup : IDisposable
{
    [ThreadStatic]
    private static IProcessGroup? current;

    private StepGroup(IProcessGroup group) => current = group;

    /// <summary>The ranks; null outside of steps, and where a process computes by itself.</summary>
    public static IProcessGroup? Current => current;

    /// <summary>Begins a step, which ends when the result is disposed; null where a process computes by itself.</summary>
    public static StepGroup? Begin(IProcessGroup group) => group.Size == 1 ? null : new StepGroup(group);

    public void Dispose() => current = null;
}
