using Parquet;
using Parquet.Schema;
using SelfSup.Data.Tests.Decoding;
using SelfSup.Parquet;
using SkiaSharp;

namespace SelfSup.Data.Tests.Shards;

public class ParquetImagesTests
{
    private const string Names = """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog", "owl"], "_type": "ClassLabel"}}}}""";

    private static byte[] Png(byte red) => EncodedImage.Make(4, 4, (_, _) => new SKColor(red, 0, 0), SKEncodedImageFormat.Png);

    /// <summary>Writes rows as Hugging Face does, two a row group.</summary>
    private static async Task<string> WriteAsync(
        TemporaryFolder folder, string name, (byte[]? Image, string? Path, long? Label)[] rows, string? metadata = Names, string image = "image")
    {
        DataField bytes = new DataField<byte[]>("bytes"), path = new DataField<string>("path"), label = new DataField<long?>("label");
        var schema = new ParquetSchema(new StructField(image, bytes, path), label);
        await using var file = File.Create(folder[name]);
        await using var writer = await ParquetWriter.CreateAsync(schema, file);
        if (metadata is not null)
            writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = metadata };
        foreach (var group in rows.Chunk(2))
        {
            using var part = writer.CreateRowGroup();
            await part.WriteAsync(schema.DataFields[0], (byte[][])[.. group.Select(row => row.Image!)]);
            await part.WriteAsync(schema.DataFields[1], (string[])[.. group.Select(row => row.Path!)]);
            await part.WriteAsync<long>(schema.DataFields[2], (long?[])[.. group.Select(row => row.Label)]);
        }
        return folder[name];
    }

    private static byte RedOf(IImageSource source, int index)
    {
        var pixels = new byte[3 * 2 * 2];
        source.Read(index, 2, pixels);
        return pixels[0];
    }

    [Fact]
    public async Task Rows_of_several_files_are_images_with_the_files_own_names_of_classes()
    {
        using TemporaryFolder folder = new(), temporary = new();
        await WriteAsync(folder, "train-0.parquet", [(Png(10), "a.png", 2), (Png(20), null, 0), (Png(30), "c.png", 2)]);
        await WriteAsync(folder, "train-1.parquet", [(Png(40), "d.png", 0)]);
        using (var images = await ParquetImages.OpenAsync(folder["train-*.parquet"], new() { TemporaryFolder = temporary.Path }))
        {
            var labeled = Assert.IsAssignableFrom<ILabeledImageSource>(images);
            Assert.Equal([10, 20, 30, 40], Enumerable.Range(0, 4).Select(i => RedOf(images, i)));
            Assert.Equal([2, 0, 2, 0], Enumerable.Range(0, 4).Select(labeled.LabelOf));
            Assert.Equal(["cat", "dog", "owl"], labeled.ClassNames);
            Assert.Equal("train-0.parquet/row 1", images.NameOf(1));
            Assert.Equal("train-1.parquet/d.png", images.NameOf(3));
        }
        Assert.Empty(Directory.GetFileSystemEntries(temporary.Path));
    }

    [Fact]
    public async Task Images_of_one_name_get_their_rows_too()
    {
        using var folder = new TemporaryFolder();
        var path = await WriteAsync(folder, "x.parquet", [(Png(1), "1.jpg", 0), (Png(2), "2.jpg", 1), (Png(3), "1.jpg", 2)]);
        using var images = await ParquetImages.OpenAsync(path);
        Assert.Equal(["x.parquet/1.jpg", "x.parquet/2.jpg", "x.parquet/1.jpg (row 2)"], Enumerable.Range(0, 3).Select(images.NameOf));
    }

    [Theory]
    [InlineData((byte)1, (byte)0, "0 1")]
    [InlineData((short)-1, (short)7, "-1 7")]
    [InlineData(1u, 0u, "0 1")]
    [InlineData(true, false, "false true")]
    public async Task Labels_are_whole_numbers_of_any_width<T>(T first, T second, string expected)
        where T : struct
    {
        using var folder = new TemporaryFolder();
        DataField bytes = new DataField<byte[]>("bytes"), label = new DataField<T>("label");
        var schema = new ParquetSchema(new StructField("image", bytes), label);
        await using (var file = File.Create(folder["x.parquet"]))
        {
            await using var writer = await ParquetWriter.CreateAsync(schema, file);
            using var part = writer.CreateRowGroup();
            await part.WriteAsync(schema.DataFields[0], (byte[][])[Png(1), Png(2)]);
            await part.WriteAsync<T>(schema.DataFields[1], (T[])[first, second]);
        }
        using var images = await ParquetImages.OpenAsync(folder["x.parquet"]);
        Assert.Equal(expected, string.Join(' ', Assert.IsAssignableFrom<ILabeledImageSource>(images).ClassNames));
    }

    [Fact]
    public async Task A_row_without_an_image_is_named_and_one_without_a_label_makes_them_unlabeled()
    {
        using var folder = new TemporaryFolder();
        var path = await WriteAsync(folder, "x.parquet", [(Png(1), "a", 0), (null, "b", 1), (Png(3), "c", null)]);
        using var images = await ParquetImages.OpenAsync(path);
        Assert.IsNotAssignableFrom<ILabeledImageSource>(images);
        Assert.Equal([1, 3], Enumerable.Range(0, images.Count).Select(i => RedOf(images, i)));
        Assert.Equal("x.parquet/b", Assert.Single(images.Failures).Name);
    }

    [Fact]
    public async Task Another_column_is_asked_for_by_name_and_numbers_without_names_are_classes()
    {
        using var folder = new TemporaryFolder();
        var path = await WriteAsync(folder, "x.parquet", [(Png(1), "a", 1), (Png(2), "b", 0)], metadata: null, image: "img");
        Assert.Contains("img/bytes", (await Assert.ThrowsAsync<InvalidDataException>(() => ParquetImages.OpenAsync(path))).Message);
        using var images = await ParquetImages.OpenAsync(path, new() { ImageColumn = "img" });
        Assert.Equal(["0", "1"], Assert.IsAssignableFrom<ILabeledImageSource>(images).ClassNames);
    }

    [Fact]
    public async Task Files_that_are_no_Parquet_or_cut_off_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var path = await WriteAsync(folder, "x.parquet", [(Png(1), "a", 1)]);
        var bytes = File.ReadAllBytes(path);
        foreach (var damaged in (byte[][])[[], Png(1), bytes[..(bytes.Length / 2)], [.. bytes[..4], .. new byte[100], .. bytes[104..]]])
        {
            File.WriteAllBytes(path, damaged);
            Assert.Contains(path, (await Assert.ThrowsAsync<InvalidDataException>(() => ParquetImages.OpenAsync(path))).Message);
        }
    }
}
