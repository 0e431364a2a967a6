using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using TorchSharp;

namespace SelfSup.ImageSharp.Tests;

public class ImageSharpBatchesTests
{
    private static Image<Rgb24> Draw(int width, int height)
    {
        var image = new Image<Rgb24>(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                image[x, y] = new Rgb24((byte)(x * 5), (byte)(y * 3), (byte)(x + y));
        }
        return image;
    }

    [Fact]
    public void Images_of_the_size_go_there_and_back_unchanged()
    {
        using var image = Draw(20, 20);
        using var batch = new[] { image, image }.ToTensor(20);
        Assert.Equal([2, 3, 20, 20], batch.shape);
        Assert.Equal(torch.ScalarType.Byte, batch.dtype);
        Assert.Equal([7 * 5, 11 * 3, 7 + 11], batch[1, .., 11, 7].data<byte>().ToArray());
        foreach (var back in batch.ToImages())
        {
            Assert.Equal(image[7, 11], back[7, 11]);
            Assert.Equal(image[19, 0], back[19, 0]);
            back.Dispose();
        }
    }

    [Fact]
    public void Other_sizes_are_cropped_scaled_and_left_as_they_are()
    {
        using var wide = Draw(40, 10);
        using var large = Draw(48, 48);
        using var batch = new[] { wide, large }.ToTensor(10);
        Assert.Equal([15 * 5, 0, 15], batch[0, .., 0, 0].data<byte>().ToArray());
        Assert.Equal(40, wide.Width);
        Assert.Equal(48, large.Width);
    }

    [Fact]
    public void Images_are_turned_upright()
    {
        using var image = Draw(10, 10);
        image.Metadata.ExifProfile = new ExifProfile();
        image.Metadata.ExifProfile.SetValue(ExifTag.Orientation, (ushort)3); // by half a turn
        using var batch = new[] { image }.ToTensor(10);
        Assert.Equal([9 * 5, 9 * 3, 18], batch[0, .., 0, 0].data<byte>().ToArray());
    }

    [Fact]
    public void Rectangles_become_images()
    {
        using var batch = torch.arange(2 * 3 * 4 * 5, torch.ScalarType.Byte).reshape(2, 3, 4, 5);
        var images = batch.ToImages();
        Assert.Equal((5, 4), (images[1].Width, images[1].Height));
        Assert.Equal(new Rgb24(60 + 7, 80 + 7, 100 + 7), images[1][2, 1]);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        Assert.Throws<ArgumentException>(() => Array.Empty<Image<Rgb24>>().ToTensor(8));
        Assert.Throws<ArgumentException>(() => torch.zeros(1, 3, 4, 4).ToImages());
        Assert.Throws<ArgumentException>(() => torch.zeros([3, 4, 4], torch.ScalarType.Byte).ToImages());
    }

    [Fact]
    public void A_classifier_takes_the_batch()
    {
        using var encoder = new ConvNet(imageSize: 16);
        using var classifier = LinearProbe.Fit(encoder, new ProceduralImages(40), new() { Stage = "stage1", Strengths = [1] });
        using var image = Draw(30, 20);
        using var batch = new[] { image }.ToTensor(classifier.ImageSize);
        using var probabilities = classifier.ComputeProbabilities(batch);
        Assert.Equal(1, probabilities.sum().item<float>(), 1e-4);
    }
}
