using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>The metrics of a step as they come, still on the device. In the caller's dispose scope.</summary>
internal sealed class MetricList
{
    private readonly List<string> names = [];
    private readonly List<Tensor> values = [];

    public IReadOnlyList<string> Names => names;

    /// <summary>How many there are.</summary>
    public int Count => values.Count;

    /// <summary>The value that was added last.</summary>
    public Tensor Last => values[^1];

    /// <summary>Adds a metric.</summary>
    /// <param name="name">Its name, such as <c>rotation/loss</c>.</param>
    /// <param name="value">A float32 scalar without gradient history.</param>
    public void Add(string name, Tensor value)
    {
        names.Add(name);
        values.Add(value);
    }

    /// <summary>Replaces the values from one on, such as by their means over ranks.</summary>
    /// <param name="first">Place of the first.</param>
    /// <param name="replace">Makes new values of the old ones, float32 (M), in the same order.</param>
    public void Replace(int first, Func<Tensor, Tensor> replace)
    {
        var replaced = replace(stack(values.Skip(first)));
        for (var i = first; i < values.Count; i++)
            values[i] = replaced[i - first];
    }

    /// <summary>All values in one tensor, in the caller's dispose scope.</summary>
    public Tensor Stack() => stack(values);

    /// <summary>Waits for the device and returns the first metric that is not finite, or null.</summary>
    public string? FindNonFinite() => Read().FirstOrDefault(pair => !double.IsFinite(pair.Value)).Key;

    /// <summary>Waits for the device and returns all metrics.</summary>
    public Dictionary<string, double> Read()
    {
        using var scope = NewDisposeScope();
        return names.Zip(Stack().cpu().data<float>().ToArray(), (name, value) => (name, (double)value)).ToDictionary();
    }
}
