namespace SelfSup.Training;

/// <summary>Means of the steps' metrics since the epoch began, and what was measured last.</summary>
internal sealed class MetricMeans
{
    private readonly Dictionary<string, (double Sum, long Count)> epoch = [];
    private readonly Dictionary<string, double> measured = [];

    /// <summary>Everything by name.</summary>
    public IReadOnlyDictionary<string, double> Values => epoch
        .Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Sum / pair.Value.Count))
        .Concat(measured)
        .ToDictionary();

    public void StartEpoch() => epoch.Clear();

    public void Add(IReadOnlyDictionary<string, double> metrics)
    {
        foreach (var (name, value) in metrics)
        {
            var (sum, count) = epoch.GetValueOrDefault(name);
            epoch[name] = (sum + value, count + 1);
        }
    }

    public void SetMeasured(IReadOnlyDictionary<string, double> metrics)
    {
        foreach (var (name, value) in metrics)
            measured[name] = value;
    }
}
