using System.Diagnostics;
using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources;

/// <summary>What lies beside the images of a folder and may be images too is counted and named; what systems keep there is not.</summary>
public sealed class LeftOutTests : IDisposable
{
    private static readonly byte[] png = EncodedImage.Make(4, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Png);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(".heic")]
    [InlineData(".AVIF")]
    [InlineData(".cr2")]
    [InlineData(".CR3")]
    [InlineData(".nef")]
    [InlineData(".arw")]
    [InlineData(".dng")]
    [InlineData(".raf")]
    [InlineData(".orf")]
    [InlineData(".rw2")]
    [InlineData(".psd")]
    [InlineData(".jxl")]
    [InlineData(".jp2")]
    [InlineData(".svg")]
    public void Images_of_other_kinds_are_counted_and_named(string kind)
    {
        folder.Write("whole.png", png);
        for (var i = 0; i < 12; i++)
            folder.Write($"more/{i}{kind}", png);
        folder.Write("notes.txt", png);
        var images = ImageFolder.Open(folder.Path);
        Assert.Equal(1, images.Count);
        Assert.Contains($"12 {kind.ToLowerInvariant()} files", images.Description);
        Assert.DoesNotContain(".txt", images.Description);
        Assert.Equal(12, images.Failures.Count);
        Assert.Contains(images.Failures, failure => failure.Name == $"more/7{kind}" && failure.Reason.Contains("not read"));
        Assert.Equal(12, ((IImageSource)ImageSubset.Take(images, 1)).Failures.Count);
    }

    [Fact]
    public void A_folder_without_images_is_refused_with_what_it_holds()
    {
        for (var i = 0; i < 100; i++)
            folder.Write($"{i % 2}/{i}.heic", png);
        folder.Write("list.txt", png);
        folder.Write("README", png);
        var message = Assert.Throws<InvalidDataException>(() => ImageFolder.Open(folder.Path)).Message;
        Assert.Contains("100 .heic files", message);
        Assert.Contains("1 .txt file", message);
        Assert.Contains("1 file without an extension", message);
        Assert.Contains("convert them to JPEG or PNG", message);
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => LabeledImageFolder.Open(folder.Path)).Message);
    }

    [Fact]
    public void Class_folders_without_images_are_named()
    {
        foreach (var name in (string[])["cat/1.png", "dog/1.png", "bird/1.jxl", "fox/deep/1.jxl", "cow/readme.txt"])
            folder.Write(name, png);
        Directory.CreateDirectory(folder["ant"]);
        var images = LabeledImageFolder.Open(folder.Path);
        Assert.Equal(["cat", "dog"], images.ClassNames);
        Assert.Equal(["ant", "bird", "cow", "fox"], images.EmptyFolders);
        Assert.Contains("2 .jxl files", images.Description);
        Assert.Contains("no images in the class folders ant, bird, cow and 1 more", images.Description);
        Assert.Equal(["bird/1.jxl", "fox/deep/1.jxl"], images.Failures.Select(failure => failure.Name));
    }

    [Fact]
    public void A_whole_folder_has_nothing_to_tell()
    {
        foreach (var name in (string[])["cat/1.png", "cat/notes.txt", "dog/1.png"])
            folder.Write(name, png);
        var images = LabeledImageFolder.Open(folder.Path);
        Assert.Empty(images.Failures);
        Assert.Empty(images.EmptyFolders);
        Assert.DoesNotContain(";", images.Description);
    }

    [Fact]
    public void What_systems_and_storage_keep_beside_files_is_passed_over()
    {
        folder.Write("cat/1.png", png);
        folder.Write("dog/1.png", png);
        foreach (var name in (string[])
            ["@eaDir", "#recycle", "#snapshot", "$RECYCLE.BIN", "$Recycle.Bin", "System Volume Information", "__MACOSX", ".Trash-1000", "lost+found",
                ".ipynb_checkpoints"])
        {
            folder.Write($"{name}/1.png", png);
            folder.Write($"cat/{name}/1.heic", png);
        }
        foreach (var name in (string[])["Thumbs.db", "desktop.ini", "._1.png", ".DS_Store", "cat/._1.jpg"])
            folder.Write(name, png);
        var images = LabeledImageFolder.Open(folder.Path);
        Assert.Equal(["cat/1.png", "dog/1.png"], Enumerable.Range(0, images.Count).Select(images.NameOf));
        Assert.Empty(images.Failures);
        Assert.Empty(images.EmptyFolders);
    }

    [Fact]
    public async Task Packed_images_know_what_the_folder_had_left_out()
    {
        folder.Write("1.png", png);
        folder.Write("2.nef", png);
        folder.Write("3.png", []);
        await PackedImages.PackAsync(ImageFolder.Open(folder.Path), folder["x.pack"], new() { ImageSize = 2, MaxFailureRatio = 0.5 });
        using var packed = PackedImages.Open(folder["x.pack"]);
        Assert.Equal(["2.nef", "3.png"], packed.Failures.Select(failure => failure.Name));
        Assert.Contains("without 2 that could not be read", packed.Description);
    }

    [Fact]
    public void Videos_that_are_no_folders_of_frames_are_named()
    {
        for (var i = 0; i < 4; i++)
            folder.Write($"walk/{i}.png", png);
        folder.Write("run.mp4", png);
        folder.Write("fall.MOV", png);
        folder.Write("photo.heic", png);
        var clips = ClipFolder.Open(folder.Path, new() { Frames = 2 });
        Assert.Equal(["fall.MOV", "photo.heic", "run.mp4"], clips.Failures.Select(failure => failure.Name));
        Assert.Contains("1 .mp4 file", clips.Description);
        Assert.DoesNotContain(".mp4", ImageFolder.Open(folder.Path).Description);
        Directory.Delete(folder["walk"], recursive: true);
        var message = Assert.Throws<InvalidDataException>(() => ClipFolder.Open(folder.Path)).Message;
        Assert.Contains("1 .mov file", message);
        Assert.Contains("folders of their frames", message);
    }

    [UnixFact]
    public void A_name_that_is_not_utf_8_is_counted()
    {
        folder.Write("whole.png", png);
        folder.Write("\uFFFD.png", png); // a name of its own, which can be opened
        Shell($"cd '{folder.Path}' && cp whole.png \"$(printf 'caf\\351.png')\" && mkdir \"$(printf 'na\\357ve')\" && cp whole.png \"$(printf 'na\\357ve/1.png')\"");
        var images = ImageFolder.Open(folder.Path);
        Assert.Equal(2, images.Count);
        for (var i = 0; i < images.Count; i++)
            images.Read(i, 2, new byte[12]);
        Assert.Contains("2 names that are not UTF-8", images.Description);
        Assert.Equal(2, images.Failures.Count);
        Shell($"cd '{folder.Path}' && rm -r na* caf*"); // .NET cannot delete them either
    }

    [UnixFact]
    public void A_folder_that_may_not_be_entered_is_named()
    {
        foreach (var name in (string[])["cat/1.png", "dog/1.png", "bird/1.png", "cat/secret/2.png"])
            folder.Write(name, png);
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
            return; // the superuser enters it all the same
        var mode = File.GetUnixFileMode(folder.Path);
        File.SetUnixFileMode(folder["bird"], UnixFileMode.None);
        File.SetUnixFileMode(folder["cat/secret"], UnixFileMode.None);
        try
        {
            var images = LabeledImageFolder.Open(folder.Path);
            Assert.Equal(["cat", "dog"], images.ClassNames);
            Assert.Equal(["bird"], images.EmptyFolders);
            Assert.Equal(["bird", "cat/secret"], images.Failures.Select(failure => failure.Name));
            Assert.Contains("2 folders that may not be entered", images.Description);
            Assert.Contains("may not be entered", images.Failures[0].Reason);
            Assert.Throws<UnauthorizedAccessException>(() => ImageFolder.Open(folder["bird"]));
        }
        finally
        {
            File.SetUnixFileMode(folder["bird"], mode);
            File.SetUnixFileMode(folder["cat/secret"], mode);
        }
    }

    private static void Shell(string command)
    {
        using var shell = Process.Start("sh", ["-c", command]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
