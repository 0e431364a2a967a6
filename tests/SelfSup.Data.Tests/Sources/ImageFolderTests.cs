using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources;

public class ImageFolderTests
{
    private static readonly byte[] png = EncodedImage.Make(4, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Png);

    private static string[] Names(IImageSource source) => [.. Enumerable.Range(0, source.Count).Select(source.NameOf)];

    [Fact]
    public void Images_are_listed_at_any_depth_in_ordinal_order()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["b.png", "a/z.JPG", "a/b/c.webp", "B.jpeg", "d.gif", "e.bmp", "f.jpe", "g.JFIF"])
            folder.Write(name, png);
        foreach (var name in (string[])[".hidden.png", ".git/x.png", "notes.txt", "noextension", "archive.png.zip"])
            folder.Write(name, png);
        var images = ImageFolder.Open(folder.Path);
        Assert.Equal(["B.jpeg", "a/b/c.webp", "a/z.JPG", "b.png", "d.gif", "e.bmp", "f.jpe", "g.JFIF"], Names(images));
        var pixels = new byte[3 * 2 * 2];
        images.Read(1, 2, pixels);
        Assert.Equal([255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0], pixels);
    }

    [Fact]
    public void A_missing_or_empty_folder_is_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("notes.txt", png);
        var missing = Path.Combine(folder.Path, "nowhere");
        Assert.Contains(missing, Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.Open(missing)).Message);
        var error = Assert.Throws<InvalidDataException>(() => ImageFolder.Open(folder.Path));
        Assert.Contains(folder.Path, error.Message);
        Assert.Contains(".webp", error.Message);
    }

    [Fact]
    public void An_unreadable_file_gives_the_reason()
    {
        using var folder = new TemporaryFolder();
        folder.Write("empty.png", []);
        var gone = folder.Write("gone.png", png);
        var images = ImageFolder.Open(folder.Path);
        File.Delete(gone);
        Assert.Contains("empty", Assert.Throws<ImageReadException>(() => images.Read(0, 2, new byte[12])).Message);
        Assert.IsAssignableFrom<IOException>(Assert.Throws<ImageReadException>(() => images.Read(1, 2, new byte[12])).InnerException);
    }

    [Fact]
    public void The_first_sub_folder_is_the_label()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["dog/1.png", "cat/deep/2.png", "cat/1.png", "Zebra/1.png", "empty/readme.txt"])
            folder.Write(name, png);
        var images = LabeledImageFolder.Open(folder.Path);
        Assert.Equal(["Zebra", "cat", "dog"], images.ClassNames);
        Assert.Equal(["Zebra/1.png", "cat/1.png", "cat/deep/2.png", "dog/1.png"], Names(images));
        Assert.Equal([0, 1, 1, 2], Enumerable.Range(0, 4).Select(images.LabelOf));
    }

    [Fact]
    public void Labels_need_two_sub_folders_and_no_stray_image()
    {
        using var folder = new TemporaryFolder();
        folder.Write("cat/1.png", png);
        Assert.Contains("cat", Assert.Throws<InvalidDataException>(() => LabeledImageFolder.Open(folder.Path)).Message);
        folder.Write("dog/1.png", png);
        folder.Write("stray.png", png);
        Assert.Contains("stray.png", Assert.Throws<InvalidDataException>(() => LabeledImageFolder.Open(folder.Path)).Message);
    }

    [Fact]
    public void The_decoder_can_be_ones_own()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.png", [7, 8, 9]);
        var pixels = new byte[12];
        ImageFolder.Open(folder.Path, new SumDecoder()).Read(0, 2, pixels);
        Assert.All(pixels, value => Assert.Equal(24, value));
    }

    private sealed class SumDecoder : IImageDecoder
    {
        public void Decode(ReadOnlySpan<byte> encoded, int size, Span<byte> pixels)
        {
            var sum = 0;
            foreach (var value in encoded)
                sum += value;
            pixels.Fill((byte)sum);
        }
    }
}
