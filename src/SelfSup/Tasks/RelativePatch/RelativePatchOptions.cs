namespace SelfSup.Tasks;

/// <summary>How patches are kept from giving their place away by chromatic aberration, which grows towards a photo's border.</summary>
public enum ColorGuard
{
    /// <summary>
    /// The axis from green to magenta is projected out of every pixel. Two dimensions of color stay.
    /// </summary>
    Projection,

    /// <summary>One channel of every patch stays, drawn at random; noise of a hundredth of its deviation replaces the others.</summary>
    Dropping,

    /// <summary>Colors stay as they are: for images without aberration, such as those shrunk many times over.</summary>
    None,
}

/// <summary>Settings of <see cref="RelativePatchTask"/>. The defaults carry every guard against shortcuts.</summary>
public sealed class RelativePatchOptions
{
    /// <summary>
    /// Side of a patch as a share of the image's, in (0, 0.5). The default, null, is 3/8 for images up to 40 pixels, where less would
    /// show no part of anything, and 1/4 above.
    /// </summary>
    public double? PatchShare { get; init; }

    /// <summary>
    /// Regular gap between neighbors as a share of the patch's side, in (0, 2]. The default is 0.5, the paper's 48 of 96 pixels; it
    /// keeps lines from running on from patch to patch.
    /// </summary>
    public double GapShare { get; init; } = 0.5;

    /// <summary>
    /// Largest shift of a neighbor from its regular place, along each axis, as a share of the patch's side; at least 0 and below
    /// <see cref="GapShare"/>. The default is 0.15, the paper's 7 of 96 pixels for each of two patches.
    /// </summary>
    public double JitterShare { get; init; } = 0.15;

    /// <summary>Pairs of patches from every image, 1..16; each is asked about both ways. The default is 2.</summary>
    public int Pairs { get; init; } = 2;

    /// <summary>The guard against chromatic aberration. The default is the projection.</summary>
    public ColorGuard ColorGuard { get; init; } = ColorGuard.Projection;
}
