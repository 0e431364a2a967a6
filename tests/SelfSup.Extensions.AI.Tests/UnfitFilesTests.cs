
namespace SelfSup.Extensions.AI.Tests;

/// <summary>Files that are no exported encoder are refused with what is wrong and what to do.</summary>
public sealed class UnfitFilesTests(ExportedModels models) : IClassFixture<ExportedModels>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("missing.onnx", Assert.Throws<FileNotFoundException>(() => new OnnxImageEmbeddingGenerator(folder["missing.onnx"])).Message);

    [Fact]
    public void A_file_of_another_kind_is_no_model() =>
        Assert.Contains("no model that ONNX Runtime can run", Refusal(folder.Write("note.onnx", "hello"u8)));

    [Fact]
    public void A_classifier_is_told_as_what_it_is()
    {
        var message = Refusal(models.ClassifierFile);
        Assert.Contains("logits, probabilities", message);
        Assert.Contains("OnnxFile.Export", message);
    }

    [Theory]
    [InlineData("image_size", "OnnxFile.Export")]
    [InlineData("input_range", "OnnxFile.Export")]
    public void A_model_without_its_metadata_is_refused(string entry, string advice)
    {
        var message = Refusal(Rewrite(entry, null));
        Assert.Contains(entry, message);
        Assert.Contains(advice, message);
    }

    [Fact]
    public void A_size_that_is_none_is_refused() => Assert.Contains("'big'", Refusal(Rewrite("image_size", "big")));

    [Fact]
    public void A_size_that_is_not_the_inputs_is_refused() => Assert.Contains("(-1, 3, 48, 48)", Refusal(Rewrite("image_size", "48")));

    private static string Refusal(string path) => Assert.Throws<InvalidDataException>(() => new OnnxImageEmbeddingGenerator(path)).Message;

    /// <summary>Copies the encoder's file with another value of an entry of its metadata, or without it.</summary>
    private string Rewrite(string entry, string? value)
    {
        var model = OnnxSchema.ModelProto.Parser.ParseFrom(File.ReadAllBytes(models.EncoderFile));
        var property = model.MetadataProps.Single(property => property.Key == entry);
        if (value is null)
            model.MetadataProps.Remove(property);
        else
            property.Value = value;
        return folder.Write("changed.onnx", Google.Protobuf.MessageExtensions.ToByteArray(model));
    }
}
