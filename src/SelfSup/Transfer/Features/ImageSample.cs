using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>A few images from all over a source, which may be sorted by what the images show.</summary>
internal static class ImageSample
{
    /// <summary>Takes images at even distances.</summary>
    /// <param name="images">The source.</param>
    /// <param name="most">How many images, at most.</param>
    public static ImageSubset Of(IImageSource images, int most)
    {
        var count = Math.Min(most, images.Count);
        return new(images, Enumerable.Range(0, count).Select(i => (int)((long)i * images.Count / count)));
    }
}
