using System.Formats.Tar;
using System.Text;
using SelfSup.Data.Tests.Decoding;
using SkiaSharp;

namespace SelfSup.Data.Tests.Shards;

public class TarImagesTests
{
    private static byte[] Png(byte red) => EncodedImage.Make(4, 4, (_, _) => new SKColor(red, 0, 0), SKEncodedImageFormat.Png);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Write(TemporaryFolder folder, string name, params (string Name, byte[] Content)[] members)
    {
        var path = Path.Combine(folder.Path, name);
        using var writer = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
        foreach (var (member, content) in members)
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, member) { DataStream = new MemoryStream(content) });
        return path;
    }

    private static byte RedOf(IImageSource source, int index)
    {
        var pixels = new byte[3 * 2 * 2];
        source.Read(index, 2, pixels);
        return pixels[0];
    }

    private static LabeledShardedImages OpenLabeled(string pattern) => Assert.IsType<LabeledShardedImages>(TarImages.Open(pattern));

    private static string[] Names(IImageSource source) => [.. Enumerable.Range(0, source.Count).Select(source.NameOf)];

    [Fact]
    public void Members_that_share_a_name_are_an_image_and_its_class()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "part-0.tar", ("a/1.png", Png(10)), ("a/1.cls", Text("2\n")), ("a/2.cls", Text("0")), ("a/2.png", Png(20)));
        Write(folder, "part-1.tar", ("3.json", Text("""{"label": 2}""")), ("3.png", Png(30)), ("readme.txt", Text("hello")));
        using var images = OpenLabeled(Path.Combine(folder.Path, "part-{0..1}.tar"));
        Assert.Equal(["part-0.tar/a/1.png", "part-0.tar/a/2.png", "part-1.tar/3.png"], Names(images));
        Assert.Equal([10, 20, 30], Enumerable.Range(0, 3).Select(i => RedOf(images, i)));
        Assert.Equal([2, 0, 2], Enumerable.Range(0, 3).Select(images.LabelOf));
        Assert.Equal(["0", "1", "2"], images.ClassNames);
        Assert.Empty(images.Failures);
    }

    [Fact]
    public void Names_of_classes_get_labels_in_ordinal_order()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, "x.tar", ("1.png", Png(1)), ("1.cls", Text("wolf")), ("2.png", Png(2)), ("2.json", Text("""{"label": "Fox"}""")));
        using var images = OpenLabeled(path);
        Assert.Equal(["Fox", "wolf"], images.ClassNames);
        Assert.Equal([1, 0], Enumerable.Range(0, 2).Select(images.LabelOf));
    }

    [Fact]
    public void Several_images_of_a_sample_share_its_class_and_a_sample_without_one_makes_them_unlabeled()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, "x.tar", ("1.left.png", Png(1)), ("1.right.png", Png(2)), ("1.cls", Text("7")));
        using (var images = OpenLabeled(path))
            Assert.Equal([7, 7], Enumerable.Range(0, 2).Select(images.LabelOf));
        Write(folder, "y.tar", ("1.png", Png(1)), ("2.png", Png(2)), ("2.cls", Text("7")));
        using (var images = TarImages.Open(Path.Combine(folder.Path, "*.tar")))
        {
            Assert.IsNotAssignableFrom<ILabeledImageSource>(images);
            Assert.Equal(4, images.Count);
        }
        Assert.Contains(".cls", Assert.Throws<InvalidDataException>(() => ImageSource.OpenLabeled(Path.Combine(folder.Path, "y.tar"))).Message);
    }

    [Fact]
    public void What_macOS_adds_to_archives_is_no_image_and_ends_no_sample()
    {
        using var folder = new TemporaryFolder();
        var path = Write(
            folder, "x.tar", ("./a/000.cls", Text("cat")), ("./a/._000.jpg", Text("attributes")), ("./a/000.png", Png(9)), ("__MACOSX/a/000.png", Png(1)));
        using var images = OpenLabeled(path);
        Assert.Equal(["x.tar/./a/000.png"], Names(images));
        Assert.Equal(["cat"], images.ClassNames);
        Assert.Empty(images.Failures);
    }

    [Fact]
    public void A_label_that_is_no_text_is_none()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, "x.tar", ("1.json", Text("""{"label": "\ud800"}""")), ("1.png", Png(1)));
        using var images = TarImages.Open(path);
        Assert.Equal(1, images.Count);
        Assert.IsNotAssignableFrom<ILabeledImageSource>(images);
    }

    [Fact]
    public void Links_odd_names_and_other_kinds_are_harmless()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "x.tar");
        using (var writer = new TarWriter(File.Create(path), TarEntryFormat.Pax))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link.png") { LinkName = "/etc/passwd" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "hard.png") { LinkName = "../../secret.png" });
            foreach (var name in (string[])["../../up.png", "/absolute.png", new string('n', 300) + ".png", "ünïcode.png", "photo.heic"])
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Png(5)) });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "empty.png"));
        }
        using var images = TarImages.Open(path);
        Assert.Equal(
            ["x.tar/../../up.png", "x.tar//absolute.png", $"x.tar/{new string('n', 300)}.png", "x.tar/ünïcode.png"], Names(images));
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(5, RedOf(images, i)));
        Assert.Equal(["x.tar/link.png", "x.tar/hard.png", "x.tar/photo.heic", "x.tar/empty.png"], images.Failures.Select(failure => failure.Name));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    /// <summary>One of zeros is a hole, as an unfinished download has it, and would end the file.</summary>
    [Theory]
    [InlineData(false, "damaged")]
    [InlineData(true, "damaged here")]
    public void A_damaged_header_loses_its_own_member_alone(bool isBlank, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, "x.tar", ("1.png", Png(1)), ("2.png", Png(2)), ("3.png", Png(3)), ("4.png", Png(4)));
        var bytes = File.ReadAllBytes(path);
        var second = 512 + (Png(1).Length + 511) / 512 * 512;
        if (isBlank)
            bytes.AsSpan(second, 512).Clear();
        else
            bytes[second + 150] ^= 0x55;
        File.WriteAllBytes(path, bytes);
        using var images = TarImages.Open(path);
        Assert.Equal([1, 3, 4], Enumerable.Range(0, images.Count).Select(i => RedOf(images, i)));
        Assert.Contains(reason, Assert.Single(images.Failures).Reason);
    }

    [Fact]
    public void Files_put_together_are_read_to_the_end()
    {
        using var folder = new TemporaryFolder();
        var (one, other) = (Write(folder, "1.tar", ("1.png", Png(1)), ("2.png", Png(2))), Write(folder, "2.tar", ("3.png", Png(3))));
        File.WriteAllBytes(folder["x.tar"], [.. File.ReadAllBytes(one), .. File.ReadAllBytes(other)]);
        using var images = TarImages.Open(folder["x.tar"]);
        Assert.Equal([1, 2, 3], Enumerable.Range(0, images.Count).Select(i => RedOf(images, i)));
        Assert.Empty(images.Failures);
    }

    [Fact]
    public void A_file_cut_off_keeps_what_is_whole_and_damaged_images_fail_as_they_are_read()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, "x.tar", ("1.png", Png(1)), ("2.png", Text("no image")), ("3.png", new byte[5000]));
        using (var file = File.OpenWrite(path))
            file.SetLength(3 * 1024);
        using var images = TarImages.Open(path);
        Assert.Equal(["x.tar/1.png", "x.tar/2.png"], Names(images));
        Assert.Equal("x.tar/3.png", Assert.Single(images.Failures, failure => failure.Name.EndsWith("png", StringComparison.Ordinal)).Name);
        Assert.Throws<ImageReadException>(() => RedOf(images, 1));
    }

    [Theory]
    [InlineData(new byte[] { 0x1f, 0x8b, 8, 0 }, "compressed")]
    [InlineData(new byte[] { 0x28, 0xb5, 0x2f, 0xfd }, "compressed")]
    [InlineData(new byte[] { 0x50, 0x4b, 3, 4 }, "no tar file")]
    [InlineData(new byte[] { }, "no tar file")]
    public void Files_of_other_kinds_are_refused_by_name(byte[] start, string reason)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "x.tar");
        File.WriteAllBytes(path, [.. start, .. new byte[start.Length == 0 ? 0 : 2048]]);
        var error = Assert.Throws<InvalidDataException>(() => TarImages.Open(path));
        Assert.Contains(path, error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void The_identity_is_that_of_a_copy_and_another_one_when_an_image_changes()
    {
        using TemporaryFolder folder = new(), other = new();
        Write(folder, "x.tar", ("1.png", Png(1)), ("2.png", Png(2)));
        Write(other, "x.tar", ("1.png", Png(1)), ("2.png", Png(200)));
        var identity = IdentityOf(folder);
        Assert.NotEqual(identity, IdentityOf(other));
        File.Copy(Path.Combine(folder.Path, "x.tar"), Path.Combine(other.Path, "x.tar"), overwrite: true);
        Assert.Equal(identity, IdentityOf(other));

        static ulong IdentityOf(TemporaryFolder place)
        {
            using var images = TarImages.Open(Path.Combine(place.Path, "x.tar"));
            return images.GetIdentity();
        }
    }

    [Fact]
    public async Task Images_can_be_packed_with_their_classes()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, "x.tar", ("1.png", Png(1)), ("1.cls", Text("1")), ("2.png", Png(2)), ("2.cls", Text("0")));
        using var images = TarImages.Open(path);
        using var packed = await PackedImages.OpenOrPackAsync(images, Path.Combine(folder.Path, "x.pack"), new() { ImageSize = 2 });
        var labeled = Assert.IsType<LabeledPackedImages>(packed);
        Assert.Equal([1, 0], Enumerable.Range(0, 2).Select(labeled.LabelOf));
        Assert.Equal([1, 2], Enumerable.Range(0, 2).Select(i => RedOf(packed, i)));
    }
}
