using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources;

/// <summary>A data set that is opened one level too high has classes such as train and test, and is refused with the level to open.</summary>
public sealed class ClassLevelTests : IDisposable
{
    private static readonly byte[] png = EncodedImage.Make(4, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Png);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("train/cat train/dog val/cat val/dog")]
    [InlineData("Training/cat Training/dog Testing/cat Testing/dog")]
    [InlineData("train2017/a1 train2017/b2 val2017/a1 val2017/b2")]
    [InlineData("train/cat test/dog")]
    [InlineData("lab/cat lab/dog field/cat field/dog field/fox")]
    public void Classes_that_lie_one_level_lower_are_refused(string folders)
    {
        Fill(folders);
        var message = Assert.Throws<InvalidDataException>(() => LabeledImageFolder.Open(folder.Path)).Message;
        Assert.Contains(folders.Split('/', ' ')[0], message);
        Assert.Contains(folders.Split('/', ' ')[1], message);
        Assert.Contains($"open '{folder.Path}", message);
        Assert.Contains("LabeledImages", message);
    }

    [Fact]
    public void Classes_that_hold_training_and_test_folders_are_refused()
    {
        Fill("bottle/train bottle/test cable/train cable/test");
        var message = Assert.Throws<InvalidDataException>(() => LabeledImageFolder.Open(folder.Path)).Message;
        Assert.Contains("mixed", message);
        Assert.Contains(Path.Combine(folder.Path, "test", "bottle"), message);
    }

    [Theory]
    [InlineData("cat/2024-01-01 cat/2024-01-02 dog/2024-01-01 dog/2024-01-02")]
    [InlineData("n01443537/images n01629819/images")]
    [InlineData("cat/garden cat/house dog/street dog/park")]
    public void Images_may_lie_in_folders_below_their_class(string folders)
    {
        Fill(folders);
        var images = LabeledImageFolder.Open(folder.Path);
        Assert.Equal(2, images.ClassNames.Count);
        Assert.Contains("every class holds folders alone", images.Description);
        folder.Write(folders.Split('/')[0] + "/2.png", png);
        Assert.DoesNotContain("folders alone", LabeledImageFolder.Open(folder.Path).Description);
    }

    [Fact]
    public void A_class_named_train_among_others_is_a_class()
    {
        Fill("bus train");
        Assert.Equal(["bus", "train"], LabeledImageFolder.Open(folder.Path).ClassNames);
    }

    [Fact]
    public void The_only_sub_folder_is_named_as_the_one_to_open()
    {
        Fill("photos/cat photos/dog");
        var message = Assert.Throws<InvalidDataException>(() => LabeledImageFolder.Open(folder.Path)).Message;
        Assert.Contains($"cat, dog, open '{folder["photos"]}'", message);
    }

    [Fact]
    public void Clips_are_refused_alike_and_videos_of_the_same_name_are_not()
    {
        Fill("walk/a walk/b run/a run/b");
        Assert.Equal(["run", "walk"], ClipFolder.OpenLabeled(folder.Path, new() { Frames = 2 }).ClassNames);
        using var parts = new TemporaryFolder();
        foreach (var name in (string[])["train/walk/a", "train/run/b", "test/walk/a", "test/run/b"])
        {
            parts.Write($"{name}/1.png", png);
            parts.Write($"{name}/2.png", png);
        }
        var message = Assert.Throws<InvalidDataException>(() => ClipFolder.OpenLabeled(parts.Path, new() { Frames = 2 })).Message;
        Assert.Contains("run, walk", message);
    }

    private void Fill(string folders)
    {
        foreach (var name in folders.Split(' '))
        {
            folder.Write($"{name}/0.png", png);
            folder.Write($"{name}/1.png", png);
        }
    }
}
