namespace SelfSup.Transfer;

/// <summary>
/// What a probe reads of an encoder: one stage's map, averaged over the cells of a grid, and over the frames of a clip, and flattened.
/// </summary>
/// <param name="Name">The stage's name, or <see cref="PooledName"/>, or <see cref="PixelsName"/>.</param>
/// <param name="Stage">The stage's place in <see cref="Encoder.Stages"/>; -1 for the pixels of the image itself.</param>
/// <param name="Grid">Cells on each side of the grid.</param>
/// <param name="Length">Length of the feature vector: channels x grid x grid.</param>
public sealed record FeatureLayer(string Name, int Stage, int Grid, int Length)
{
    /// <summary>The name of the last stage's global average, the feature that <see cref="Encoder.forward"/> returns.</summary>
    public const string PooledName = "pooled";

    /// <summary>The name of the pixels, which need no encoder.</summary>
    public const string PixelsName = "pixels";

    // Every stage gets about the same room, as in the probes of Zhang et al. (2016) and Goyal et al. (2019), at a size
    // at which 10,000 images fit in memory and are fitted in seconds.
    private const int MaxGrid = 4;
    private const int MaxLength = 8192;
    private const int MaxPixelGrid = 32;

    /// <summary>Lists what can be read of an encoder, shallow to deep.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <returns>
    /// Every stage on a grid of 4x4, or the largest that the map and 8,192 features allow, then the last stage's global average, unless that is
    /// what the last stage is on its grid.
    /// </returns>
    public static IReadOnlyList<FeatureLayer> ListOf(Encoder encoder)
    {
        var layers = encoder.Stages.Zip(encoder.MeasureStages())
            .Select((stage, i) => Create(stage.First.Name, i, stage.First.Channels, FindGrid(stage.First.Channels, stage.Second)))
            .ToList();
        if (layers[^1].Grid > 1)
            layers.Add(Create(PooledName, layers[^1].Stage, encoder.FeatureCount, grid: 1));
        return layers;
    }

    /// <summary>Finds what can be read of an encoder by its name.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="name">A stage's name, or <see cref="PooledName"/> for the last stage's global average.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="ArgumentException">The encoder has no such stage; the message names those it has.</exception>
    public static FeatureLayer Find(Encoder encoder, string name)
    {
        var layers = ListOf(encoder);
        if (name == PooledName)
            return Create(PooledName, encoder.Stages.Count - 1, encoder.FeatureCount, grid: 1);
        return layers.FirstOrDefault(layer => layer.Name == name)
            ?? throw new ArgumentException(
                $"The encoder '{encoder.Architecture}' has no stage '{name}'; it has {string.Join(", ", layers.Select(layer => layer.Name))}.");
    }

    /// <summary>Describes the pixels of an image as features: its red, green and blue planes, area-averaged to at most 32x32.</summary>
    /// <param name="imageSize">Side of the image in pixels.</param>
    /// <returns>The layer, which needs no encoder.</returns>
    public static FeatureLayer Pixels(int imageSize) => Create(PixelsName, -1, 3, Math.Min(imageSize, MaxPixelGrid));

    private static FeatureLayer Create(string name, int stage, int channels, int grid) =>
        new(name, stage, grid, channels * grid * grid);

    private static int FindGrid(int channels, int side)
    {
        var grid = Math.Min(MaxGrid, side);
        while (grid > 1 && channels * grid * grid > MaxLength)
            grid--;
        return grid;
    }
}
