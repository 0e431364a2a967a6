namespace SelfSup.Data.Tests.Packing;

public sealed class PackedImagesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => System.IO.Path.Combine(folder.Path, "images.pack");

    public void Dispose() => folder.Dispose();

    private static byte[] Pixels(IImageSource source, int index, int size)
    {
        var pixels = new byte[3 * size * size];
        source.Read(index, size, pixels);
        return pixels;
    }

    private Task<PackedImages> OpenOrPack(IImageSource source, int side = 20, double maxFailureRatio = 0.1) =>
        PackedImages.OpenOrPackAsync(source, Path, new() { ImageSize = side, Workers = 2, MaxFailureRatio = maxFailureRatio });

    [Fact]
    public async Task What_is_read_is_what_the_source_gave()
    {
        var source = new NumberedImages(50);
        using var packed = Assert.IsType<LabeledPackedImages>(await OpenOrPack(source));
        Assert.Equal((50, 20), (packed.Count, packed.ImageSize));
        Assert.Equal(source.ClassNames, packed.ClassNames);
        Assert.Empty(packed.Failures);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(Pixels(source, i, 20), Pixels(packed, i, 20));
            Assert.Equal((source.NameOf(i), source.LabelOf(i)), (packed.NameOf(i), packed.LabelOf(i)));
        }
        packed.Verify();
        Assert.Equal(["images.pack"], Directory.GetFiles(folder.Path).Select(System.IO.Path.GetFileName));
    }

    [Fact]
    public async Task At_another_size_images_are_resized_as_by_any_source_in_memory()
    {
        using var packed = await OpenOrPack(new NumberedImages(3));
        var memory = new InMemoryImages(Pixels(packed, 2, 20), 20);
        Assert.Equal(Pixels(memory, 0, 13), Pixels(packed, 2, 13));
        Assert.Equal(Pixels(memory, 0, 31), Pixels(packed, 2, 31));
    }

    [Fact]
    public async Task A_source_without_labels_gives_images_without()
    {
        using (var packed = await OpenOrPack(new TestImages(5)))
            Assert.IsNotType<LabeledPackedImages>(packed);
        Assert.Contains("no labels", Assert.Throws<InvalidDataException>(() => LabeledPackedImages.Open(Path)).Message);
    }

    [Fact]
    public async Task The_file_is_used_again_until_something_changes()
    {
        var source = new NumberedImages(10);
        (await OpenOrPack(source)).Dispose();
        (await OpenOrPack(source)).Dispose();
        Assert.Equal(10, source.Reads);
        (await OpenOrPack(source, side: 24)).Dispose();
        Assert.Equal(20, source.Reads);
        var renamed = new NumberedImages(10) { ClassNames = ["even", "odd"] };
        (await OpenOrPack(renamed, side: 24)).Dispose();
        Assert.Equal(10, renamed.Reads);
    }

    [Fact]
    public async Task A_file_that_changes_or_joins_the_folder_is_packed_anew()
    {
        var photos = System.IO.Path.Combine(folder.Path, "photos");
        Directory.CreateDirectory(photos);
        void Write(string name, byte shade) => PngFile.Write(System.IO.Path.Combine(photos, name), 2, 2, Enumerable.Repeat(shade, 12).ToArray());
        async Task<byte[]> FirstBytes()
        {
            using var packed = await OpenOrPack(ImageFolder.Open(photos));
            return [.. Enumerable.Range(0, packed.Count).Select(i => Pixels(packed, i, 20)[0])];
        }
        Write("a.png", 10);
        Assert.Equal([10], await FirstBytes());
        Write("b.png", 20);
        Assert.Equal([10, 20], await FirstBytes());
        Write("a.png", 30);
        File.SetLastWriteTimeUtc(System.IO.Path.Combine(photos, "a.png"), DateTime.UtcNow.AddSeconds(5));
        Assert.Equal([30, 20], await FirstBytes());
    }

    [Fact]
    public async Task Unreadable_images_are_left_out_and_listed()
    {
        using var packed = await OpenOrPack(new NumberedImages(40, index => index is 3 or 17));
        Assert.Equal(38, packed.Count);
        Assert.Equal(["folder/3.png: it is bad", "folder/17.png: it is bad"], packed.Failures.Select(failure => $"{failure.Name}: {failure.Reason}"));
        Assert.Equal("folder/4.png", packed.NameOf(3));
        Assert.Equal(Pixels(new NumberedImages(40), 18, 20), Pixels(packed, 16, 20));
    }

    [Fact]
    public async Task Too_many_unreadable_images_or_none_at_all_are_an_error()
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => OpenOrPack(new NumberedImages(40, index => index % 3 == 0)));
        Assert.Contains("folder/0.png: it is bad", error.Message);
        await Assert.ThrowsAsync<InvalidDataException>(() => OpenOrPack(new NumberedImages(4, _ => true), maxFailureRatio: 1));
        await Assert.ThrowsAsync<ArgumentException>(() => OpenOrPack(new NumberedImages(0)));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task NamesThatNoTableHasRoomForAreRefusedBeforeAnImageIsRead()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => OpenOrPack(new LongNames(2_100)));
        Assert.Contains("Pack parts of the images in files of their own", error.Message);
        Assert.False(File.Exists(Path));
    }

    [Theory]
    [InlineData(0, 0.1, 1, "ImageSize")]
    [InlineData(8, 2, 1, "MaxFailureRatio")]
    [InlineData(8, 0.1, 0, "Workers")]
    public async Task Options_out_of_range_are_named(int side, double ratio, int workers, string option)
    {
        var options = new PackingOptions { ImageSize = side, MaxFailureRatio = ratio, Workers = workers };
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(() => PackedImages.PackAsync(new NumberedImages(3), Path, options));
        Assert.Contains(option, error.Message);
    }

    [Fact]
    public async Task A_file_of_another_kind_is_refused_and_kept()
    {
        File.WriteAllText(Path, "my notes");
        Assert.Contains(Path, (await Assert.ThrowsAsync<IOException>(() => OpenOrPack(new NumberedImages(3)))).Message);
        Assert.Equal("my notes", File.ReadAllText(Path));
    }

    [Fact]
    public async Task The_bytes_do_not_depend_on_the_number_of_workers()
    {
        var files = new List<byte[]>();
        foreach (var workers in (int[])[1, 4])
        {
            await PackedImages.PackAsync(new NumberedImages(300, index => index == 7), Path, new() { ImageSize = 40, Workers = workers });
            files.Add(File.ReadAllBytes(Path));
        }
        Assert.Equal(files[0], files[1]);
    }

    [Fact]
    public async Task After_it_is_closed_nothing_can_be_read()
    {
        var packed = await OpenOrPack(new NumberedImages(3));
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Pixels(packed, 0, 20));
        Assert.Throws<ObjectDisposedException>(() => packed.Verify());
    }

    [Fact]
    public async Task Many_threads_read_at_once()
    {
        var source = new NumberedImages(60);
        using var packed = await OpenOrPack(source);
        Parallel.For(0, 600, i => Assert.Equal(Pixels(source, i % 60, 20), Pixels(packed, i % 60, 20)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pixels(packed, 60, 20));
    }

    [Fact]
    public async Task Progress_ends_with_all_images()
    {
        var reports = new Reports();
        await PackedImages.PackAsync(new NumberedImages(30, index => index == 4), Path, new() { ImageSize = 8 }, reports);
        Assert.Equal((30, 30, 1), (reports.Last!.Done, reports.Last.Total, reports.Last.Failures));
    }

    private sealed class Reports : IProgress<PackingProgress>
    {
        public PackingProgress? Last { get; private set; }

        public void Report(PackingProgress value) => Last = value;
    }

    /// <summary>Images whose names have a million letters; none of them can be read.</summary>
    private sealed class LongNames(int count) : IImageSource
    {
        private readonly string name = new('a', 1 << 20);

        public int Count => count;

        public string NameOf(int index) => name;

        public ulong GetFingerprint() => 1;

        public void Read(int index, int size, Span<byte> pixels) => throw new InvalidOperationException();
    }
}
