using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using TorchSharp;

namespace SelfSup.ImageSharp;

/// <summary>Brings images of ImageSharp to tensors and back.</summary>
public static class ImageSharpBatches
{
    /// <summary>Copies images into a batch: upright, their central squares, scaled.</summary>
    /// <param name="images">The images, of any sizes. Borrowed, not modified.</param>
    /// <param name="imageSize">Side in pixels of the squares, such as an encoder's image size.</param>
    /// <param name="device">Where to; null means the CPU.</param>
    /// <returns>RGB images, uint8 (N, 3, S, S), owned by the caller.</returns>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public static torch.Tensor ToTensor(this IReadOnlyList<Image<Rgb24>> images, int imageSize, torch.Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 1);
        if (images.Count == 0)
            throw new ArgumentException("There are no images to make a batch of.", nameof(images));
        using var scope = torch.NewDisposeScope();
        var batch = torch.empty([images.Count, 3, imageSize, imageSize], torch.ScalarType.Byte);
        for (var i = 0; i < images.Count; i++)
        {
            using var square = images[i].Clone(context => context.CropUprightSquare(imageSize));
            using var target = batch[i];
            square.CopyPlanesTo(target.bytes);
        }
        return batch.to(device ?? torch.CPU).MoveToOuterDisposeScope();
    }

    /// <summary>Copies a batch into images.</summary>
    /// <param name="batch">RGB images, uint8 (N, 3, H, W), on any device. Borrowed.</param>
    /// <returns>The images, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The tensor is no batch of RGB bytes.</exception>
    public static Image<Rgb24>[] ToImages(this torch.Tensor batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.dim() != 4 || batch.shape[1] != 3 || batch.dtype != torch.ScalarType.Byte)
        {
            throw new ArgumentException(
                $"A batch of images is uint8 (N, 3, H, W), not {batch.dtype} ({string.Join(", ", batch.shape)}).", nameof(batch));
        }
        using var scope = torch.NewDisposeScope();
        var rows = batch.permute(0, 2, 3, 1).contiguous().cpu(); // (N, H, W, 3)
        var images = new Image<Rgb24>[batch.shape[0]];
        for (var i = 0; i < images.Length; i++)
            images[i] = Image.LoadPixelData<Rgb24>(rows[i].bytes, (int)batch.shape[3], (int)batch.shape[2]);
        return images;
    }
}
