using System.Formats.Tar;
using System.Text;
using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources;

public class ImageSourceTests
{
    private static readonly byte[] png = EncodedImage.Make(4, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Png);

    [Fact]
    public async Task What_a_user_types_opens_as_what_it_is()
    {
        using var folder = new TemporaryFolder();
        folder.Write("photos/a/1.png", png);
        folder.Write("photos/b/2.png", png);
        folder.Write("list.csv", Encoding.UTF8.GetBytes("path,label\nphotos/a/1.png,a\nphotos/b/2.png,b\n"));
        TarFile.CreateFromDirectory(folder["photos"], folder["x-0.tar"], includeBaseDirectory: false);
        await PackedImages.PackAsync(LabeledImageFolder.Open(folder["photos"]), folder["photos.packed"], new() { ImageSize = 4 });

        Open<ImageFolder>("photos");
        Open<ImageList>("list.csv");
        Open<ShardedImages>("x-{0..0}.tar");
        Open<ShardedImages>("*.tar");
        Open<PackedImages>("photos.packed");
        Assert.IsType<LabeledImageFolder>(ImageSource.OpenLabeled(folder["photos"]));
        Assert.IsType<LabeledImageList>(ImageSource.OpenLabeled(folder["list.csv"]));
        using var packed = Assert.IsType<LabeledPackedImages>(ImageSource.OpenLabeled(folder["photos.packed"]));
        Assert.Contains(".cls", Assert.Throws<InvalidDataException>(() => ImageSource.OpenLabeled(folder["x-0.tar"])).Message);

        void Open<T>(string place)
            where T : IImageSource
        {
            var images = ImageSource.Open(folder[place]);
            Assert.IsAssignableFrom<T>(images);
            Assert.Equal(2, images.Count);
            (images as IDisposable)?.Dispose();
        }
    }

    [Fact]
    public void Anything_else_is_refused_and_the_kinds_are_named()
    {
        using var folder = new TemporaryFolder();
        var photo = folder.Write("photo.png", png);
        Assert.Contains("a folder of images", Assert.Throws<InvalidDataException>(() => ImageSource.Open(photo)).Message);
        Assert.Contains(folder["nowhere"], Assert.Throws<FileNotFoundException>(() => ImageSource.Open(folder["nowhere"])).Message);
        Assert.Throws<FileNotFoundException>(() => ImageSource.OpenLabeled(folder["nowhere"]));
    }
}
