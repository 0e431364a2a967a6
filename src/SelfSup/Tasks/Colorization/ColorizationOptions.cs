namespace SelfSup.Tasks;

/// <summary>How colors are predicted.</summary>
public enum ColorizationMode
{
    /// <summary>As a distribution over 313 bins: vivid colors and the better features.</summary>
    Classification,

    /// <summary>As two numbers under a Huber loss: cheap, but desaturated.</summary>
    Regression,
}

/// <summary>Settings of <see cref="ColorizationTask"/>.</summary>
public sealed class ColorizationOptions
{
    /// <summary>How colors are predicted. The default is classification.</summary>
    public ColorizationMode Mode { get; init; } = ColorizationMode.Classification;

    /// <summary>Bins that a color is spread over, 1..10. The default is 5, the paper's; the authors' code uses 10.</summary>
    public int Neighbors { get; init; } = 5;

    /// <summary>Temperature of the annealed mean that draws predictions, at least 0. The default is 0.38.</summary>
    public double Temperature { get; init; } = 0.38;

    /// <summary>Uniform part of the prior that weighs rare colors up, in [0, 1]. The default is 0.5; 1 weighs all colors alike.</summary>
    public double UniformShare { get; init; } = 0.5;
}
