using System.Diagnostics;
using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Sources;

/// <summary>What a folder can hold besides images: pipes, links in circles, files that come and go.</summary>
public sealed class OddFilesTests : IDisposable
{
    private static readonly byte[] png = EncodedImage.Make(4, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Png);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static string ReasonOf(ImageFolder images, int index) =>
        Assert.Throws<ImageReadException>(() => images.Read(index, 2, new byte[12])).Message;

    private static async Task WithinAMinute(Action action) => await Task.Run(action).WaitAsync(TimeSpan.FromMinutes(1));

    [UnixFact]
    public async Task Pipes_and_devices_are_refused_without_waiting_for_them()
    {
        using (var mkfifo = Process.Start("mkfifo", folder["pipe.jpg"]))
            await mkfifo.WaitForExitAsync();
        File.CreateSymbolicLink(folder["link.jpg"], folder["pipe.jpg"]);
        File.CreateSymbolicLink(folder["zero.jpg"], "/dev/zero");
        var images = ImageFolder.Open(folder.Path);
        Assert.Equal(3, images.Count);
        await WithinAMinute(() =>
        {
            for (var i = 0; i < images.Count; i++)
                Assert.Contains("pipe", ReasonOf(images, i));
            Assert.Throws<ImageReadException>(() => IImageDecoder.Default.DecodeFile(folder["pipe.jpg"], 2));
        });
    }

    [UnixFact]
    public async Task Links_are_followed_but_not_in_circles()
    {
        folder.Write("a/1.png", png);
        folder.Write("b/2.png", png);
        File.CreateSymbolicLink(folder["a/3.png"], folder["b/2.png"]);
        Directory.CreateSymbolicLink(folder["a/up"], folder.Path);
        Directory.CreateSymbolicLink(folder["a/here"], ".");
        Directory.CreateSymbolicLink(folder["a/b"], "../b");
        Directory.CreateSymbolicLink(folder["b/a"], "../a");
        Directory.CreateSymbolicLink(folder["b/itself"], folder["b/itself"]);
        await WithinAMinute(() =>
        {
            var images = ImageFolder.Open(folder.Path);
            var names = Enumerable.Range(0, images.Count).Select(images.NameOf);
            Assert.Equal(["a/1.png", "a/3.png", "a/b/2.png", "b/2.png", "b/a/1.png", "b/a/3.png"], names);
            for (var i = 0; i < images.Count; i++)
                images.Read(i, 2, new byte[12]);
        });
    }

    [UnixFact]
    public void Broken_links_and_links_to_themselves_are_refused()
    {
        File.CreateSymbolicLink(folder["broken.jpg"], folder["nowhere.jpg"]);
        File.CreateSymbolicLink(folder["circle.jpg"], folder["circle.jpg"]);
        folder.Write("whole.png", png);
        var images = ImageFolder.Open(folder.Path);
        Assert.Equal(3, images.Count);
        Assert.Contains("broken.jpg", ReasonOf(images, 0));
        Assert.Contains("circle.jpg", ReasonOf(images, 1));
        images.Read(2, 2, new byte[12]);
    }

    [Fact]
    public void A_folder_named_like_an_image_is_looked_into()
    {
        folder.Write("album.jpg/1.png", png);
        var images = ImageFolder.Open(folder.Path);
        Assert.Equal("album.jpg/1.png", images.NameOf(0));
        Directory.Delete(folder["album.jpg"], recursive: true);
        Assert.Contains("1.png", ReasonOf(images, 0));
    }

    [Fact]
    public void A_file_that_becomes_a_folder_or_is_cut_meanwhile_is_refused()
    {
        var (first, second) = (folder.Write("1.png", png), folder.Write("2.png", png));
        var images = ImageFolder.Open(folder.Path);
        File.Delete(first);
        Directory.CreateDirectory(first);
        File.WriteAllBytes(second, png[..40]);
        Assert.NotEmpty(ReasonOf(images, 0));
        Assert.NotEmpty(ReasonOf(images, 1));
    }

    [Fact]
    public void Long_and_foreign_names_are_read()
    {
        foreach (var name in (string[])[new string('x', 200) + ".png", "日本語 🙂 ñ.png", "two  blanks .png"])
            folder.Write(name, png);
        var images = ImageFolder.Open(folder.Path);
        Assert.Equal(3, images.Count);
        for (var i = 0; i < images.Count; i++)
            images.Read(i, 2, new byte[12]);
    }

    [UnixFact]
    public void A_file_that_may_not_be_read_is_refused()
    {
        var path = folder.Write("secret.png", png);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.None);
        var images = ImageFolder.Open(folder.Path);
        // The superuser reads it all the same.
        if (Environment.IsPrivilegedProcess)
            images.Read(0, 2, new byte[12]);
        else
            Assert.Contains("secret.png", ReasonOf(images, 0));
    }

    [Fact]
    public void The_loader_leaves_odd_files_out_and_lists_them()
    {
        for (var i = 0; i < 8; i++)
            folder.Write($"{i}.png", png);
        folder.Write("empty.jpg", []);
        folder.Write("page.jpg", "<!DOCTYPE html><html>404</html>"u8);
        var loader = new ImageLoader(ImageFolder.Open(folder.Path), new() { ImageSize = 2, BatchSize = 4, MaxFailureRatio = 0.5 });
        var read = 0;
        foreach (var batch in loader.ReadEpoch(0))
        {
            using (batch)
                read += batch.Count;
        }
        Assert.Equal(8, read);
        Assert.Equal(["empty.jpg", "page.jpg"], loader.Failures.Select(failure => failure.Name).Order(StringComparer.Ordinal));
        Assert.Contains("web page", loader.Failures.Single(failure => failure.Name == "page.jpg").Reason);
    }
}
