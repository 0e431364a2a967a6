using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace SelfSup.Extensions.AI.Tests;

public class EmbeddingServiceTests(ExportedModels models) : IClassFixture<ExportedModels>
{
    [Fact]
    public async Task One_line_makes_the_service()
    {
        var services = new ServiceCollection();
        services.AddSelfSupEmbeddings(models.EncoderFile);
        await using var provider = services.BuildServiceProvider();
        var generator = provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>();
        Assert.Same(generator, provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>());
        Assert.Equal(models.Encoder.FeatureCount, (await generator.GenerateVectorAsync(new DataContent(ExportedModels.Draw(0), "image/jpeg"))).Length);
        await provider.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateVectorAsync(new DataContent(ExportedModels.Draw(0), "image/jpeg")));
    }

    [Fact]
    public void Generators_are_told_apart_by_key_and_wrapped_by_a_builder()
    {
        var services = new ServiceCollection();
        services.AddKeyedSelfSupEmbeddings("a", models.EncoderFile, new() { ModelId = "first" });
        services.AddKeyedSelfSupEmbeddings("b", models.EncoderFile, new() { ModelId = "second" }).Use(inner => new Wrapped(inner));
        using var provider = services.BuildServiceProvider();
        Assert.Equal("first", ModelOf("a"));
        Assert.Equal("second", ModelOf("b"));
        Assert.IsType<Wrapped>(provider.GetRequiredKeyedService<IEmbeddingGenerator<DataContent, Embedding<float>>>("b"));
        Assert.Null(provider.GetService<IEmbeddingGenerator<DataContent, Embedding<float>>>());

        string? ModelOf(string key) => provider.GetRequiredKeyedService<IEmbeddingGenerator<DataContent, Embedding<float>>>(key)
            .GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelId;
    }

    [Fact]
    public void A_missing_file_is_told_when_the_service_is_first_asked_for()
    {
        var services = new ServiceCollection();
        services.AddSelfSupEmbeddings("missing.onnx");
        using var provider = services.BuildServiceProvider();
        Assert.Throws<FileNotFoundException>(() => provider.GetRequiredService<IEmbeddingGenerator<DataContent, Embedding<float>>>());
    }

    private sealed class Wrapped(IEmbeddingGenerator<DataContent, Embedding<float>> inner) : DelegatingEmbeddingGenerator<DataContent, Embedding<float>>(inner);
}
