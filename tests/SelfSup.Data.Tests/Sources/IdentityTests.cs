using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources;

/// <summary>A copy of images elsewhere is the same images, though a packed copy of them is out of date.</summary>
public class IdentityTests
{
    private static readonly byte[] Png = EncodedImage.Make(4, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Png);

    [Fact]
    public void A_copied_folder_keeps_its_identity_and_not_its_fingerprint()
    {
        using TemporaryFolder folder = new(), copy = new();
        foreach (var name in (string[])["cat/1.png", "cat/2.png", "dog/1.png"])
        {
            folder.Write(name, Png);
            File.SetLastWriteTimeUtc(copy.Write(name, Png), new DateTime(2001, 2, 3));
        }
        IImageSource[] before = [ImageFolder.Open(folder.Path), LabeledImageFolder.Open(folder.Path), ImageSubset.Take(ImageFolder.Open(folder.Path), 2)];
        IImageSource[] after = [ImageFolder.Open(copy.Path), LabeledImageFolder.Open(copy.Path), ImageSubset.Take(ImageFolder.Open(copy.Path), 2)];
        foreach (var (first, second) in before.Zip(after))
        {
            Assert.Equal(first.GetIdentity(), second.GetIdentity());
            Assert.NotEqual(first.GetFingerprint(), second.GetFingerprint());
        }
    }

    [UnixFact]
    public void Links_are_what_they_lead_to()
    {
        using TemporaryFolder files = new(), links = new(), others = new();
        files.Write("1.png", Png);
        foreach (var folder in (TemporaryFolder[])[links, others])
            File.CreateSymbolicLink(folder["1.png"], folder == links ? files["1.png"] : Path.Combine(files.Path, ".", "1.png"));
        IImageSource Open(TemporaryFolder folder) => ImageFolder.Open(folder.Path);
        Assert.Equal(Open(files).GetIdentity(), Open(links).GetIdentity());
        Assert.Equal(Open(links).GetIdentity(), Open(others).GetIdentity());
        var before = Open(links).GetFingerprint();
        File.SetLastWriteTimeUtc(files["1.png"], new DateTime(2001, 2, 3));
        Assert.NotEqual(before, Open(links).GetFingerprint());
    }

    [Fact]
    public void Another_file_or_another_length_is_another_identity()
    {
        using var folder = new TemporaryFolder();
        folder.Write("1.png", Png);
        folder.Write("2.png", Png);
        var before = ImageFolder.Open(folder.Path).GetIdentity();
        folder.Write("3.png", Png);
        var more = ImageFolder.Open(folder.Path).GetIdentity();
        Assert.NotEqual(before, more);
        folder.Write("3.png", [.. Png, 0]);
        Assert.NotEqual(more, ImageFolder.Open(folder.Path).GetIdentity());
        Assert.NotEqual(
            ImageSubset.Take(ImageFolder.Open(folder.Path), 1).GetIdentity(), ImageSubset.Take(ImageFolder.Open(folder.Path), 2).GetIdentity());
    }

    [Fact]
    public void A_copied_folder_of_clips_keeps_its_identity()
    {
        using TemporaryFolder folder = new(), copy = new();
        foreach (var frame in Enumerable.Range(0, 4))
        {
            folder.Write($"video/{frame}.png", Png);
            File.SetLastWriteTimeUtc(copy.Write($"video/{frame}.png", Png), new DateTime(2001, 2, 3));
        }
        IImageSource first = ClipFolder.Open(folder.Path, new() { Frames = 2 }), second = ClipFolder.Open(copy.Path, new() { Frames = 2 });
        Assert.Equal(first.GetIdentity(), second.GetIdentity());
        Assert.NotEqual(first.GetFingerprint(), second.GetFingerprint());
        Assert.NotEqual(first.GetIdentity(), ((IImageSource)ClipFolder.Open(folder.Path, new() { Frames = 4 })).GetIdentity());
    }

    [Fact]
    public void Other_pictures_under_the_same_names_and_of_the_same_lengths_are_another_identity()
    {
        using TemporaryFolder folder = new(), other = new();
        for (var i = 0; i < 100; i++)
        {
            folder.Write($"walk/{i}.bmp", [.. Png, 1]);
            other.Write($"walk/{i}.bmp", [.. Png, 2]);
        }
        Assert.NotEqual(ImageFolder.Open(folder.Path).GetIdentity(), ImageFolder.Open(other.Path).GetIdentity());
        Assert.NotEqual(ClipFolder.Open(folder.Path).GetIdentity(), ClipFolder.Open(other.Path).GetIdentity());
    }
}
