using System.Buffers.Binary;
using System.IO.Compression;

namespace SelfSup.Data.Tests.Sources;

public class DataSetFileTests
{
    /// <summary>Records of CIFAR-10: red, green and blue are the number of the record plus 0, 50 and 100.</summary>
    private static byte[] CifarRecords(int first, int count) =>
        [.. Enumerable.Range(first, count).SelectMany(CifarRecord)];

    private static byte[] CifarRecord(int i) => [(byte)(i % 10), .. Enumerable.Range(0, 3072).Select(at => (byte)(i + at / 1024 * 50))];

    private static byte[] Idx(int magic, int[] sizes, byte[] data)
    {
        var bytes = new byte[4 * (1 + sizes.Length)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, magic);
        for (var i = 0; i < sizes.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), sizes[i]);
        return [.. bytes, .. data];
    }

    private static byte[] Zip(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var zip = new GZipStream(memory, CompressionLevel.Fastest))
            zip.Write(bytes);
        return memory.ToArray();
    }

    private static byte[] Read(IImageSource source, int index, int size)
    {
        var pixels = new byte[3 * size * size];
        source.Read(index, size, pixels);
        return pixels;
    }

    [Theory]
    [InlineData("")]
    [InlineData("cifar-10-batches-bin/")]
    public void Cifar10_is_read(string below)
    {
        using var folder = new TemporaryFolder();
        for (var batch = 0; batch < 5; batch++)
            folder.Write($"{below}data_batch_{batch + 1}.bin", CifarRecords(batch * 3, 3));
        folder.Write($"{below}test_batch.bin", CifarRecords(40, 2));
        var train = Cifar10.OpenTrain(folder.Path);
        Assert.Equal(15, train.Count);
        Assert.Equal("airplane", train.ClassNames[0]);
        Assert.Equal("cifar-10 train, in memory", train.Description);
        for (var i = 0; i < 15; i++)
        {
            Assert.Equal(i % 10, train.LabelOf(i));
            var pixels = Read(train, i, 32);
            for (var at = 0; at < pixels.Length; at++)
                Assert.Equal(i + at / 1024 * 50, pixels[at]);
        }
        var test = Cifar10.OpenTest(folder.Path);
        Assert.Equal(2, test.Count);
        Assert.Equal([41, 91, 141], Read(test, 1, 1));
    }

    [Fact]
    public void Cifar10_takes_its_names_from_the_folder()
    {
        using var folder = new TemporaryFolder();
        folder.Write("test_batch.bin", CifarRecords(0, 1));
        folder.Write("batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n"u8);
        Assert.Equal("abcdefghij", string.Concat(Cifar10.OpenTest(folder.Path).ClassNames));
    }

    [Fact]
    public void Cifar10_of_a_wrong_size_or_label_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("test_batch.bin", Assert.Throws<FileNotFoundException>(() => Cifar10.OpenTest(folder.Path)).Message);
        folder.Write("test_batch.bin", CifarRecords(0, 2).AsSpan(1));
        Assert.Contains("6145 bytes", Assert.Throws<InvalidDataException>(() => Cifar10.OpenTest(folder.Path)).Message);
        folder.Write("test_batch.bin", [77, .. new byte[3072]]);
        Assert.Contains("77", Assert.Throws<InvalidDataException>(() => Cifar10.OpenTest(folder.Path)).Message);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, ".gz")]
    public void Idx_files_are_read(bool zipped, string extension)
    {
        using var folder = new TemporaryFolder();
        byte[] Pack(byte[] bytes) => zipped ? Zip(bytes) : bytes;
        byte[] gray = [.. Enumerable.Range(0, 3 * 4).Select(i => (byte)(i * 20))];
        var images = folder.Write("train-images-idx3-ubyte" + extension, Pack(Idx(0x803, [3, 2, 2], gray)));
        folder.Write("train-labels-idx1-ubyte" + extension, Pack(Idx(0x801, [3], [5, 0, 2])));
        var source = IdxImages.OpenLabeled(images);
        Assert.Equal(3, source.Count);
        Assert.Equal([5, 0, 2], Enumerable.Range(0, 3).Select(source.LabelOf));
        Assert.Equal(6, source.ClassNames.Count);
        for (var i = 0; i < 3; i++)
        {
            var plane = gray[(4 * i)..(4 * i + 4)];
            Assert.Equal([.. plane, .. plane, .. plane], Read(source, i, 2));
            Assert.Equal(Read(source, i, 2), Read(IdxImages.Open(images), i, 2));
        }
    }

    [Fact]
    public void Idx_images_are_cropped_to_the_center()
    {
        using var folder = new TemporaryFolder();
        var source = IdxImages.Open(folder.Write("images", Idx(0x803, [1, 1, 3], [1, 2, 3])));
        Assert.Equal([2, 2, 2], Read(source, 0, 1));
    }

    [Fact]
    public void Wrong_idx_files_are_refused()
    {
        using var folder = new TemporaryFolder();
        string Message(byte[] bytes)
        {
            var path = folder.Write("images-idx3", bytes);
            return Assert.Throws<InvalidDataException>(() => IdxImages.Open(path)).Message;
        }
        Assert.Contains("not an IDX file", Message([1, 2]));
        Assert.Contains("not an IDX file", Message(Idx(0x801, [1, 1, 1], [1])));
        Assert.Contains("impossible", Message(Idx(0x803, [int.MaxValue, int.MaxValue, int.MaxValue], [])));
        Assert.Contains("impossible", Message(Idx(0x803, [-1, 2, 2], [])));
        Assert.Contains("truncated", Message(Idx(0x803, [500_000_000, 2, 1], [1, 2, 3])));
        Assert.Contains("longer", Message(Idx(0x803, [1, 1, 1], [1, 2])));
        var images = folder.Write("images-idx3", Idx(0x803, [1, 1, 1], [1]));
        Assert.Contains("labels-idx1", Assert.Throws<FileNotFoundException>(() => IdxImages.OpenLabeled(images)).Message);
        folder.Write("labels-idx1", Idx(0x801, [2], [0, 1]));
        Assert.Contains("2 labels", Assert.Throws<InvalidDataException>(() => IdxImages.OpenLabeled(images)).Message);
    }
}
