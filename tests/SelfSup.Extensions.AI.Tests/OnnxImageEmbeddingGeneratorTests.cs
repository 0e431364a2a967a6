using Microsoft.Extensions.AI;
using Microsoft.ML.OnnxRuntime;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;

namespace SelfSup.Extensions.AI.Tests;

public class OnnxImageEmbeddingGeneratorTests(ExportedModels models) : IClassFixture<ExportedModels>
{
    private const string AnyType = "application/octet-stream";
    private const double Tolerance = 1e-4; // of the largest

    [Fact]
    public async Task Features_are_those_of_the_encoder()
    {
        using var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile);
        byte[][] files = [ExportedModels.Draw(0), ExportedModels.DrawTurned(1), ExportedModels.Draw(2)];
        var embeddings = await generator.GenerateAsync(files.Select(file => new DataContent(file, "image/jpeg")));
        AssertClose(models.Compute(files), [.. embeddings.SelectMany(embedding => embedding.Vector.ToArray())]);
        Assert.Equal(files.Length, embeddings.Usage!.AdditionalCounts!["images"]);
        Assert.Null(embeddings.Usage.InputTokenCount);
    }

    [Fact]
    public async Task Photos_are_turned_upright()
    {
        using var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile);
        var upright = await EmbedAsync(generator, ExportedModels.Draw(1));
        var turned = await EmbedAsync(generator, ExportedModels.DrawTurned(1));
        var lying = await EmbedAsync(generator, ExportedModels.DrawUnmarked(1));
        Assert.InRange(LargestDifference(upright, turned), 0, LargestDifference(upright, lying) / 4);
    }

    [Fact]
    public async Task Batches_of_any_length_give_what_single_images_give()
    {
        using var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile);
        var files = Enumerable.Range(0, 37).Select(ExportedModels.Draw).ToArray();
        var together = await generator.GenerateAsync(files.Select(file => new DataContent(file, AnyType)));
        Assert.Equal(files.Length, together.Count);
        foreach (var (file, embedding) in files.Zip(together))
            AssertClose(await EmbedAsync(generator, file), embedding.Vector.ToArray());
        Assert.Empty(await generator.GenerateAsync([]));
    }

    [Fact]
    public async Task Many_threads_get_what_one_gets()
    {
        using var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile);
        var files = Enumerable.Range(0, 8).Select(ExportedModels.Draw).ToArray();
        var alone = new List<float[]>();
        foreach (var file in files)
            alone.Add(await EmbedAsync(generator, file));
        await Parallel.ForAsync(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            AssertClose(alone[i % files.Length], await EmbedAsync(generator, files[i % files.Length])));
    }

    [Fact]
    public void Metadata_tell_the_model_and_its_dimensions()
    {
        using var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile);
        var metadata = generator.GetRequiredService<EmbeddingGeneratorMetadata>();
        Assert.Equal("selfsup", metadata.ProviderName);
        Assert.Matches("^convnet-[0-9a-f]{8}$", metadata.DefaultModelId);
        Assert.Equal(models.Encoder.FeatureCount, metadata.DefaultModelDimensions);
        Assert.Same(generator, generator.GetService<IEmbeddingGenerator<DataContent, Embedding<float>>>());
        Assert.NotNull(generator.GetService<InferenceSession>());
        Assert.Null(generator.GetService<string>());
        Assert.Null(generator.GetService<EmbeddingGeneratorMetadata>("key"));
    }

    [Fact]
    public async Task Other_weights_are_another_model()
    {
        using var folder = new TemporaryFolder();
        using var other = new ConvNet(imageSize: 32, seed: 4);
        OnnxFile.Export(other, folder["other.onnx"]);
        using var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile);
        using var another = new OnnxImageEmbeddingGenerator(folder["other.onnx"]);
        using var named = new OnnxImageEmbeddingGenerator(models.EncoderFile, new() { ModelId = "photos" });
        Assert.NotEqual(ModelOf(generator), ModelOf(another));
        Assert.Equal("photos", ModelOf(named));
        Assert.Equal("photos", (await named.GenerateAsync(new DataContent(ExportedModels.Draw(0), AnyType))).ModelId);
    }

    [Fact]
    public async Task What_is_no_image_is_named()
    {
        using var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile);
        var image = new DataContent(ExportedModels.Draw(0), AnyType);
        var text = new DataContent("hello"u8.ToArray(), "image/jpeg");
        Assert.StartsWith("Image 1 cannot be decoded: ", (await Assert.ThrowsAsync<ImageReadException>(() => generator.GenerateAsync([image, text]))).Message);
        text.Name = "note.jpg";
        Assert.StartsWith("'note.jpg' cannot be decoded: ", (await Assert.ThrowsAsync<ImageReadException>(() => generator.GenerateAsync([image, text]))).Message);
        var half = ExportedModels.Draw(0).AsMemory(0, 700);
        Assert.Contains("truncated", (await Assert.ThrowsAsync<ImageReadException>(() => generator.GenerateAsync([new DataContent(half, AnyType)]))).Message);
    }

    [Fact]
    public async Task Images_above_the_limit_are_refused()
    {
        using var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile, new() { Decoder = IImageDecoder.WithMaxPixels(5000) });
        var large = await Assert.ThrowsAsync<ImageReadException>(() => generator.GenerateAsync([new DataContent(ExportedModels.Draw(0), AnyType)]));
        Assert.Contains("90 x 61", large.Message);
    }

    [Fact]
    public async Task Work_stops_when_it_is_cancelled()
    {
        using var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile);
        using var cancellation = new CancellationTokenSource();
        var asked = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(Endless(), cancellationToken: cancellation.Token));
        Assert.InRange(asked, 40, 80);

        IEnumerable<DataContent> Endless()
        {
            while (true)
            {
                if (++asked == 40)
                    cancellation.Cancel();
                yield return new DataContent(ExportedModels.Draw(asked % 3), AnyType);
            }
        }
    }

    [Fact]
    public async Task Another_model_or_length_than_the_encoders_is_refused()
    {
        using var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile);
        var photo = new DataContent(ExportedModels.Draw(0), AnyType);
        var fitting = new EmbeddingGenerationOptions { ModelId = ModelOf(generator), Dimensions = models.Encoder.FeatureCount };
        Assert.Equal(models.Encoder.FeatureCount, (await generator.GenerateAsync(photo, fitting)).Dimensions);
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(photo, new() { ModelId = "clip" }));
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(photo, new() { Dimensions = 7 }));
    }

    [Fact]
    public async Task A_disposed_generator_says_so_and_work_under_way_is_not_torn()
    {
        var generator = new OnnxImageEmbeddingGenerator(models.EncoderFile);
        var photos = Enumerable.Repeat(new DataContent(ExportedModels.Draw(0), AnyType), 4000);
        var work = Enumerable.Range(0, 4).Select(_ => generator.GenerateAsync(photos)).ToArray();
        generator.Dispose();
        generator.Dispose();
        foreach (var task in work)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => task);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync(photos));
    }

    private static string? ModelOf(OnnxImageEmbeddingGenerator generator) => generator.GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelId;

    private static async Task<float[]> EmbedAsync(OnnxImageEmbeddingGenerator generator, byte[] file) =>
        (await generator.GenerateVectorAsync(new DataContent(file, AnyType))).ToArray();

    private static double LargestDifference(float[] expected, float[] actual) => expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second));

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Max(Math.Abs);
        Assert.InRange(largest, 1e-3f, 1e6f); // else the comparison would say nothing
        Assert.InRange(LargestDifference(expected, actual) / largest, 0, Tolerance);
    }
}
