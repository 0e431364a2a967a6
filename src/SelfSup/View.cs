using SelfSup.Augmentations;
using static TorchSharp.torch;

namespace SelfSup;

/// <summary>A varied picture of every image, or several that are drawn alike.</summary>
/// <remarks>Views are made of the pixels as they were read, so that a small crop of an image is not a blown-up thumbnail.</remarks>
public sealed record View
{
    /// <summary>Describes a view.</summary>
    /// <param name="augmentation">How the images are varied.</param>
    /// <param name="size">Side in pixels; null means the encoder's.</param>
    /// <param name="count">How many such pictures of every image, each with draws of its own; at least 1.</param>
    /// <exception cref="ArgumentException">The size is under 8, the count under 1, or a setting of the augmentation is out of its range.</exception>
    public View(Augmentation augmentation, int? size = null, int count = 1)
    {
        augmentation.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(size ?? 8, 8, nameof(size));
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        (Augmentation, Size, Count) = (augmentation, size, count);
    }

    /// <summary>How the images are varied.</summary>
    public Augmentation Augmentation { get; }

    /// <summary>Side in pixels; null means a part of the encoder's by <see cref="Scale"/>.</summary>
    public int? Size { get; }

    /// <summary>
    /// Side as a part of the encoder's where no <see cref="Size"/> is given, above 0 and at most 1, the default; it is rounded up to a
    /// multiple of 8. Small crops of half the side suit encoders of any size.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is out of its range.</exception>
    public double Scale
    {
        get;
        init => field = value is > 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Scale), value, "The side of a view is a part of the encoder's, above 0 and at most 1.");
    } = 1;

    /// <summary>How many such pictures of every image.</summary>
    public int Count { get; }

    /// <summary>Side in pixels for an encoder's.</summary>
    internal int SideFor(int imageSize) => Size ?? Math.Min(imageSize, 8 * (int)Math.Ceiling(Scale * imageSize / 8));

    /// <summary>Makes views of images.</summary>
    /// <param name="views">The views.</param>
    /// <param name="images">The images as they were read, uint8 (N, 3, S, S), or clips (N, T, 3, S, S). Borrowed.</param>
    /// <param name="size">The encoder's side in pixels.</param>
    /// <param name="random">Draws everything, on the images' device.</param>
    /// <returns>One tensor for every picture of every view, in their order, owned by the caller.</returns>
    internal static Tensor[] Make(IReadOnlyList<View> views, Tensor images, int size, RandomSource random) =>
        [.. views.SelectMany(view => Enumerable.Range(0, view.Count).Select(_ => view.Augmentation.Apply(images, view.SideFor(size), random)))];
}
