namespace SelfSup.Benchmarks;

/// <summary>What a task's features are worth. Accuracies are of the test images, 0..1; NaN where training failed.</summary>
internal sealed record RecipeRow
{
    public required string Task { get; init; }

    public required string Encoder { get; init; }

    public required int Epochs { get; init; }

    public double Minutes { get; init; }

    public string Stage { get; init; } = "";

    public double Linear { get; init; }

    public double LinearDeviation { get; init; }

    public double Pooled { get; init; }

    public double Neighbors { get; init; }

    public double FewLabels { get; init; }

    public double FewLabelsDeviation { get; init; }

    public double RankMe { get; init; }

    public double Deviation { get; init; }
}
