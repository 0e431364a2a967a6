using SelfSup.Curation;
using SelfSup.Data;
using DrawnImages = SelfSup.Tests.Transfer.TestImages;

namespace SelfSup.Tests.Curation;

public class ImageLabelsTests
{
    /// <summary>Names with what separates fields in them.</summary>
    [Theory]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData("\t")]
    public void AListComesBackFromASpreadsheet(string separator)
    {
        using var folder = new TemporaryFolder();
        var source = new Named("a, b.jpg", "the \"best\".jpg", "c;d.jpg", "e.jpg");
        var list = Path.Combine(folder.Path, "list.csv");
        Selection.WriteList(list, source, [2, 0, 1]);
        Assert.Equal("image,label\nc;d.jpg,\n\"a, b.jpg\",\n\"the \"\"best\"\".jpg\",\n", File.ReadAllText(list));
        Assert.Empty(ImageLabels.ReadList(list, source).Classes);

        string[] filled = ["\uFEFFImage|Label|remark", "\"c;d.jpg\"|dog|", "\"a, b.jpg\"|cat|blurred", "\"the \"\"best\"\".jpg\"||"];
        File.WriteAllLines(list, filled.Select(line => line.Replace("|", separator)));
        var labels = ImageLabels.ReadList(list, source);
        Assert.Equal(["cat", "dog"], labels.ClassNames);
        Assert.Equal([KeyValuePair.Create(0, 0), KeyValuePair.Create(2, 1)], labels.Classes);
        var labeled = labels.ToSource(source);
        Assert.Equal(["a, b.jpg", "c;d.jpg"], Enumerable.Range(0, labeled.Count).Select(labeled.NameOf));
        Assert.Equal([0, 1], Enumerable.Range(0, labeled.Count).Select(labeled.LabelOf));
    }

    [Fact]
    public void AListThatSomebodyMayHaveFilledInIsNotReplaced()
    {
        using var folder = new TemporaryFolder();
        folder.Write("list.csv", "mine"u8);
        var list = Path.Combine(folder.Path, "list.csv");
        Assert.Contains(list, Assert.Throws<IOException>(() => Selection.WriteList(list, new Named("a"), [0])).Message);
        Assert.Equal("mine", File.ReadAllText(list));
    }

    [Theory]
    [InlineData("picture,label\na,cat\n", "'picture', 'label'")]
    [InlineData("image,label\na,cat\nx,dog\n", "line 3: 'x' is none of the 2 images")]
    [InlineData("image,label\na,cat\na,dog\n", "'a' has the label 'dog', and before that the label 'cat'")]
    [InlineData("image,label\n\"a,cat\n", "line 2")]
    [InlineData("", "there must be 'image' and 'label'")]
    public void WrongListsAreRefused(string text, string message)
    {
        using var folder = new TemporaryFolder();
        var list = Path.Combine(folder.Path, "list.csv");
        File.WriteAllText(list, text);
        var error = Assert.Throws<InvalidDataException>(() => ImageLabels.ReadList(list, new Named("a", "b")));
        Assert.Contains(message, error.Message);
        Assert.Contains(list, error.Message);
    }

    [Fact]
    public void SpacesAroundNamesAreTheirsOrTheTables()
    {
        using var folder = new TemporaryFolder();
        var source = new Named(" Best of/1.jpg", "b.jpg");
        Selection.WriteList(folder["list.csv"], source, [0, 1]);
        File.WriteAllText(folder["list.csv"], File.ReadAllText(folder["list.csv"]).Replace("1.jpg,", "1.jpg, cat ").Replace("b.jpg,", "b.jpg , dog").Replace("image,label", "image, label"));
        var labels = ImageLabels.ReadList(folder["list.csv"], source);
        Assert.Equal(["cat", "dog"], labels.ClassNames);
        Assert.Equal([0, 1], labels.Classes.Keys.Order());
    }

    [Fact]
    public void ANameThatSeveralImagesHaveTellsNoneOfThem()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["list.csv"], "image,label\nb,dog\na,cat\n");
        var error = Assert.Throws<InvalidDataException>(() => ImageLabels.ReadList(folder["list.csv"], new Named("a", "b", "a")));
        Assert.Contains("line 3: several of the images", error.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FilesThatWereMovedIntoFoldersAreKnownByTheirContent(bool isLinked)
    {
        if (isLinked && OperatingSystem.IsWindows())
            return; // links need a right there that few users have
        using TemporaryFolder photos = new(), work = new();
        foreach (var (name, content) in new[] { ("x/1.jpg", 1), ("y/1.jpg", 2), ("y/2.jpg", 3), ("y/3.jpg", 3), ("z.jpg", 4) })
            photos.Write(name, [7, 7, (byte)content]);
        var source = ImageFolder.Open(photos.Path);
        if (isLinked)
            Selection.LinkFiles(work.Path, source, [4, 1, 2]);
        else
            Selection.CopyFiles(work.Path, source, [4, 1, 2]);
        Assert.Equal(["0001 z.jpg", "0002 1.jpg", "0003 2.jpg"], Directory.GetFiles(work.Path).Select(Path.GetFileName).Order());

        foreach (var (from, to) in new[] { ("0001 z.jpg", "cat/any name.jpg"), ("0003 2.jpg", "dog/0003 2.jpg") })
        {
            Directory.CreateDirectory(Path.Combine(work.Path, Path.GetDirectoryName(to)!));
            File.Move(Path.Combine(work.Path, from), Path.Combine(work.Path, to));
        }
        var labels = ImageLabels.ReadFolders(work.Path, source);
        Assert.Equal(["cat", "dog"], labels.ClassNames);
        // Of two images with the same content both have the label; the one that was not moved has none.
        Assert.Equal([KeyValuePair.Create(2, 1), KeyValuePair.Create(3, 1), KeyValuePair.Create(4, 0)], labels.Classes);
        Assert.Throws<IOException>(() => Selection.CopyFiles(work.Path, source, [0, 1]));
    }

    [Fact]
    public void FilesOfOtherContentAndOfTwoLabelsAreNamed()
    {
        using TemporaryFolder photos = new(), work = new();
        photos.Write("1.jpg", [1, 1]);
        photos.Write("2.jpg", [2, 2]);
        work.Write("cat/1.jpg", [1, 1]);
        work.Write("cat/edited.jpg", [1, 3]);
        var source = ImageFolder.Open(photos.Path);
        Assert.Contains("edited.jpg", Assert.Throws<InvalidDataException>(() => ImageLabels.ReadFolders(work.Path, source)).Message);
        File.Delete(Path.Combine(work.Path, "cat/edited.jpg"));
        work.Write("dog/1.jpg", [1, 1]);
        var error = Assert.Throws<InvalidDataException>(() => ImageLabels.ReadFolders(work.Path, source));
        Assert.Contains("the label 'dog', and before that the label 'cat'", error.Message);
    }

    [Fact]
    public void ImagesWithoutFilesCanBeListedButNotCopied()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("write a list", Assert.Throws<ArgumentException>(() => Selection.CopyFiles(folder.Path, new DrawnImages(4, 2), [1])).Message);
    }

    [Fact]
    public void AChoiceOfASourceSkipsWhatCannotBeReadAndWhatIsLabeled()
    {
        // Rows are the images 0, 10, 20, ...
        using var set = TestFeatures.SetOf(TestFeatures.Heaps(40, 4, spread: 0.3), [.. Enumerable.Range(0, 40).Select(row => 10 * row)]);
        var first = Selection.Choose(set, TestFeatures.Layer, 6);
        Assert.All(first, image => Assert.Equal(0, image % 10));
        var labels = new ImageLabels(first[..3].Append(5).ToDictionary(image => image, _ => 0), ["any"]);
        Assert.Equal(first[3..], Selection.Choose(set, TestFeatures.Layer, 3, labels: labels));
        Assert.Throws<ArgumentException>(() => new ImageLabels(new Dictionary<int, int> { [0] = 1 }, ["any"]));
    }

    private sealed class Named(params string[] names) : IImageSource
    {
        public int Count => names.Length;

        public string NameOf(int index) => names[index];

        public void Read(int index, int size, Span<byte> pixels) => pixels.Clear();
    }
}
