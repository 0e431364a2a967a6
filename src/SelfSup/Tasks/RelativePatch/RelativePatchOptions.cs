namespace SelfSup.Tasks;

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

    /// <summary>Pairs of patches from every image, 1..16; each is asked about both ways. The default is 4.</summary>
    public int Pairs { get; init; } = 4;

    /// <summary>The guard against chromatic aberration. The default drops two channels.</summary>
    public ColorGuard ColorGuard { get; init; } = ColorGuard.Dropping;

    /// <summary>
    /// Share of patches that are shrunk to a random side and enlarged again, in [0, 1], so that sharpness tells nothing. The default is
    /// the authors' third.
    /// </summary>
    public double ResampledShare { get; init; } = 1.0 / 3;
}
