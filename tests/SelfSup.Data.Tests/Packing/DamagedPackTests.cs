using System.Buffers.Binary;
using System.IO.Hashing;

namespace SelfSup.Data.Tests.Packing;

public sealed class DamagedPackTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string path;
    private readonly byte[] whole;

    public DamagedPackTests()
    {
        path = Path.Combine(folder.Path, "images.pack");
        PackedImages.PackAsync(new NumberedImages(6), path, new() { ImageSize = 10 }).GetAwaiter().GetResult();
        whole = File.ReadAllBytes(path);
    }

    public void Dispose() => folder.Dispose();

    private void AssertRefused(string reason, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        var message = Assert.Throws<InvalidDataException>(() => PackedImages.Open(path)).Message;
        Assert.Contains(path, message);
        Assert.Contains(reason, message);
    }

    private byte[] With(Action<byte[]> change, bool sealHeader = false)
    {
        var bytes = (byte[])whole.Clone();
        change(bytes);
        if (sealHeader)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(56), XxHash3.HashToUInt64(bytes.AsSpan(0, 56)));
        return bytes;
    }

    [Fact]
    public void A_damaged_file_is_refused_by_name_and_reason()
    {
        AssertRefused("not a file of packed images", []);
        AssertRefused("not a file of packed images", With(bytes => bytes[0]++));
        AssertRefused("truncated to 40 bytes", whole[..40]);
        AssertRefused("version 2", With(bytes => bytes[8] = 2));
        AssertRefused("header is damaged", With(bytes => bytes[20]++));
        AssertRefused("bytes", whole[..^1]);
        AssertRefused("bytes", [.. whole, 0]);
        AssertRefused("table is damaged", With(bytes => bytes[^1]++));
    }

    [Theory]
    [InlineData(12, 7)] // flags
    [InlineData(16, 0)] // side
    [InlineData(16, -5)]
    [InlineData(16, int.MaxValue)]
    [InlineData(20, 0)] // count
    [InlineData(20, -1)]
    [InlineData(20, int.MaxValue)]
    [InlineData(32, 1)] // offset of the table
    [InlineData(44, -1)] // its length
    [InlineData(44, int.MaxValue)]
    public void A_header_that_lies_under_a_right_checksum_is_refused(int offset, int value) =>
        AssertRefused("", With(bytes => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), value), sealHeader: true));

    [Fact]
    public void Tables_that_lie_under_right_checksums_are_refused_or_read_within_the_file()
    {
        var table = (int)BinaryPrimitives.ReadInt64LittleEndian(whole.AsSpan(32));
        var random = new Random(3);
        var refused = 0;
        for (var i = 0; i < 300; i++)
        {
            var bytes = With(bytes => bytes[random.Next(table, bytes.Length)] = (byte)random.Next(256));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(48), XxHash3.HashToUInt64(bytes.AsSpan(table)));
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(56), XxHash3.HashToUInt64(bytes.AsSpan(0, 56)));
            File.WriteAllBytes(path, bytes);
            try
            {
                using var packed = PackedImages.Open(path);
                for (var image = 0; image < packed.Count; image++)
                    Assert.NotNull(packed.NameOf(image));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 50, 299);
    }

    [Fact]
    public void A_damaged_pixel_is_found_by_verifying()
    {
        File.WriteAllBytes(path, With(bytes => bytes[4096 + 2 * 300 + 5]++));
        using var packed = PackedImages.Open(path);
        Assert.Contains("folder/2.png", Assert.Throws<InvalidDataException>(() => packed.Verify()).Message);
    }

    [Fact]
    public async Task A_damaged_file_is_packed_anew()
    {
        File.WriteAllBytes(path, whole[..^1]);
        (await PackedImages.OpenOrPackAsync(new NumberedImages(6), path, new() { ImageSize = 10 })).Dispose();
        Assert.Equal(whole, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("nowhere", Assert.Throws<FileNotFoundException>(() => PackedImages.Open(Path.Combine(folder.Path, "nowhere"))).Message);
}
