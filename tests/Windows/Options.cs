using Xunit.Abstractions;

namespace SelfSup.Windows;

/// <summary>How xunit runs the tests: one after another, and by its own choice otherwise.</summary>
internal sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
{
    private readonly Dictionary<string, object?> values = new() { ["xunit.execution.DisableParallelization"] = true };

    public TValue GetValue<TValue>(string name) => values.TryGetValue(name, out var value) ? (TValue)value! : default!;

    public void SetValue<TValue>(string name, TValue value) => values[name] = value;
}
