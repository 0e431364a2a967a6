namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="JigsawTask"/>. The defaults carry every guard against shortcuts.</summary>
public sealed class JigsawOptions
{
    /// <summary>Tiles along a side: 2 or 3. The default, null, is 2 for images up to 40 pixels and 3 above.</summary>
    public int? Grid { get; init; }

    /// <summary>
    /// The permutations to tell apart, of Grid x Grid tiles. The default, null, is <see cref="PermutationSet.Alternating4"/> for a
    /// grid of 2 and <see cref="PermutationSet.Affine72"/> for a grid of 3.
    /// </summary>
    public PermutationSet? Permutations { get; init; }

    /// <summary>Side of a tile as a share of its cell, in (0, 1]. The default is 0.75, the paper's 64 of 85 pixels.</summary>
    public double TileShare { get; init; } = 0.75;

    /// <summary>
    /// Largest shift of a color channel against the others in pixels, 0..4. The default is 1; it hides chromatic aberration.
    /// </summary>
    public int ChannelShift { get; init; } = 1;

    /// <summary>Share of images that turn gray, in [0, 1]. The default is 0.3.</summary>
    public double GrayShare { get; init; } = 0.3;
}
