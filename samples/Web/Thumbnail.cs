using SelfSup.Data;
using SkiaSharp;

namespace SelfSup.Samples.Web;

/// <summary>A small upright square of a photo, which carries neither its place nor anything else that a camera notes.</summary>
internal static class Thumbnail
{
    private const int Side = 224, Quality = 85;

    /// <summary>Draws one.</summary>
    /// <returns>A JPEG file.</returns>
    /// <exception cref="ImageReadException">The photo cannot be read.</exception>
    public static byte[] Draw(ImageFolder photos, int id)
    {
        const int plane = Side * Side;
        var planes = new byte[3 * plane];
        photos.Read(id, Side, planes);
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var rgba = bitmap.GetPixelSpan();
        for (var i = 0; i < plane; i++)
            (rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2], rgba[4 * i + 3]) = (planes[i], planes[plane + i], planes[2 * plane + i], byte.MaxValue);
        using var file = bitmap.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return file.ToArray();
    }
}
