using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources;

public class ImageListTests
{
    private static readonly byte[] png = EncodedImage.Make(4, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Png);

    private static string Write(TemporaryFolder folder, string name, string text)
    {
        folder.Write("a/1.png", png);
        folder.Write("b, c/2 x.png", png);
        return folder.Write(name, System.Text.Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void A_text_file_names_images_by_paths_from_its_own_folder_or_absolute()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, "list.txt", $"a/1.png\n\n{folder["b, c/2 x.png"]}\r\n");
        var images = ImageList.Open(path);
        string[] expected = [Path.GetFullPath(folder["a/1.png"]), Path.GetFullPath(folder["b, c/2 x.png"])];
        Assert.Equal(expected, Enumerable.Range(0, images.Count).Select(images.FileOf));
        var pixels = new byte[3];
        images.Read(1, 1, pixels);
        Assert.Equal([255, 0, 0], pixels);
        Assert.IsNotAssignableFrom<ILabeledImageSource>(images);
    }

    [Theory]
    [InlineData("path,label\na/1.png,dog\n\"b, c/2 x.png\",cat\n", "cat dog", "1 0")]
    [InlineData("split;Label;IMAGE\nx;2;a/1.png\ny;0;b, c/2 x.png\n", "0 1 2", "2 0")]
    [InlineData("file\tlabel\na/1.png\t1\nb, c/2 x.png\tone\n", "1 one", "0 1")]
    public void A_table_gives_classes_too(string text, string classes, string labels)
    {
        using var folder = new TemporaryFolder();
        var images = Assert.IsType<LabeledImageList>(ImageList.Open(Write(folder, "list.csv", text)));
        Assert.Equal(classes.Split(' '), images.ClassNames);
        Assert.Equal(labels.Split(' ').Select(int.Parse), Enumerable.Range(0, images.Count).Select(images.LabelOf));
        Assert.Equal("b, c/2 x.png", images.NameOf(1));
    }

    [Theory]
    [InlineData("x.csv", "name,label\na/1.png,1\n", "name")]
    [InlineData("x.csv", "path\n", "names no image")]
    [InlineData("x.txt", "\n\n", "names no image")]
    [InlineData("x.txt", "nowhere/1.png\n", "nowhere/1.png")]
    [InlineData("x.csv", "path,label\na/1.png,\"cat\nx", "quotation marks")]
    public void What_makes_no_sense_is_refused_with_the_reason(string name, string text, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, name, text);
        var error = Assert.Throws<InvalidDataException>(() => ImageList.Open(path));
        Assert.Contains(path, error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void Spaces_around_a_path_are_the_tables_unless_a_file_is_called_so()
    {
        using var folder = new TemporaryFolder();
        folder.Write(" 1.png", png);
        var images = Assert.IsType<LabeledImageList>(ImageList.Open(Write(folder, "list.csv", "path, label\na/1.png , dog\n 1.png,cat\n")));
        Assert.Equal(["a/1.png", " 1.png"], Enumerable.Range(0, 2).Select(images.NameOf));
        Assert.Equal(["cat", "dog"], images.ClassNames);
    }

    [Fact]
    public void A_row_without_a_label_makes_the_list_unlabeled()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, "list.csv", "path,label\na/1.png,cat\n\"b, c/2 x.png\",\n");
        Assert.Equal(2, ImageList.Open(path).Count);
        Assert.Contains("label", Assert.Throws<InvalidDataException>(() => ImageSource.OpenLabeled(path)).Message);
    }

    [Fact]
    public void A_missing_image_fails_as_it_is_read()
    {
        using var folder = new TemporaryFolder();
        var images = ImageList.Open(Write(folder, "list.txt", "a/1.png\na/none.png\n"));
        Assert.Throws<ImageReadException>(() => images.Read(1, 2, new byte[12]));
    }
}
