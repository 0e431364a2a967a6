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
    /// Largest shift of a color channel against the others in pixels, 0..4, drawn anew for every tile. The default is 1. It blurs the
    /// traces of chromatic aberration and does not remove them: what removes them is <see cref="ColorGuard"/>.
    /// </summary>
    public int ChannelShift { get; init; } = 1;

    /// <summary>The guard against chromatic aberration. The default drops two channels of every tile.</summary>
    public ColorGuard ColorGuard { get; init; } = ColorGuard.Dropping;

    /// <summary>
    /// Share of images that turn gray, in [0, 1]. The default is the paper's 0.3. It has no effect beside <see cref="ColorGuard.Dropping"/>,
    /// which leaves no colors; the mean of channels that part would be blurred along the way on which they part, and tell the place.
    /// </summary>
    public double GrayShare { get; init; } = 0.3;
}
