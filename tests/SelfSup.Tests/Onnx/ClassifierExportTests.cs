using System.Text.Json;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Onnx;

public sealed class ClassifierExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(32, null)]
    [InlineData(32, "pooled")]
    [InlineData(42, "stage1")] // a map of 11 pixels on a grid of 4
    public void OnnxRuntimeGivesTheSameProbabilities(int size, string? stage)
    {
        using var encoder = new ConvNet(size, seed: 2);
        using var classifier = LinearProbe.Fit(
            encoder, new ProceduralImages(80, seed: 2), new() { Strengths = [0.01, 0.1], Stage = stage });
        classifier.ExportOnnx(folder["classifier.onnx"]);
        using var run = new OnnxRun(folder["classifier.onnx"]);

        using var scope = NewDisposeScope();
        var images = Read(new ProceduralImages(12, seed: 3), size);
        var expected = classifier.ComputeProbabilities(images);
        var actual = run.Compute(images);
        Assert.Equal(["logits", "probabilities"], run.Outputs);
        Assert.Equal([-1, classifier.ClassNames.Count], run.ShapeOf("probabilities"));
        OnnxRun.AssertClose(expected, actual["probabilities"]);
        OnnxRun.AssertClose(expected, actual["logits"].softmax(1));
        Assert.Equal(expected.argmax(1).data<long>().ToArray(), actual["probabilities"].argmax(1).data<long>().ToArray());
        Assert.True(expected.argmax(1).unique().output.shape[0] > 1);

        Assert.Equal(classifier.ClassNames, JsonSerializer.Deserialize<string[]>(run.Metadata["classes"]));
        Assert.Equal(classifier.Layer.Name, run.Metadata["stage"]);
        Assert.Equal($"{classifier.Layer.Grid}", run.Metadata["grid"]);
        Assert.Equal($"{size}", run.Metadata["image_size"]);
        Assert.Equal("convnet", run.Metadata["architecture"]);
    }

    [Fact]
    public void CenterAndUnitLengthAreExportedToo()
    {
        using var encoder = new ConvNet(32, seed: 2);
        using var classifier = LinearProbe.Fit(
            encoder, new ProceduralImages(40, seed: 2), new() { Unlabeled = new ProceduralImages(60, seed: 5), Strengths = [0.01, 0.1] });
        classifier.ExportOnnx(folder["classifier.onnx"]);
        using var run = new OnnxRun(folder["classifier.onnx"]);

        using var scope = NewDisposeScope();
        var images = Read(new ProceduralImages(12, seed: 3), 32);
        var expected = classifier.ComputeProbabilities(images);
        OnnxRun.AssertClose(expected, run.Compute(images)["probabilities"]);
        classifier.Save(folder["classifier.safetensors"]);
        using var loaded = ImageClassifier.Load(folder["classifier.safetensors"]);
        Assert.Equal(expected.bytes.ToArray(), loaded.ComputeProbabilities(images).bytes.ToArray());
        // It is not what the labeled images alone would give.
        using var plain = LinearProbe.Fit(encoder, new ProceduralImages(40, seed: 2), new() { Strengths = [0.01, 0.1] });
        Assert.False(allclose(expected, plain.ComputeProbabilities(images), rtol: 0, atol: 1e-2));
    }

    [Theory]
    [InlineData(48)]
    [InlineData(96)]
    public void PixelsAreExportedToo(int size)
    {
        using var encoder = new ConvNet(size);
        var layer = FeatureLayer.Pixels(size);
        using var random = new RandomSource(4);
        using var scope = NewDisposeScope();
        var weights = random.Normal(3, layer.Length) / 30;
        var head = new LinearHead(layer, ["a", "é", "\"c\""], weights.data<float>().ToArray(), [0, 0.5f, -0.5f]);
        ClassifierExport.Write(folder["pixels.onnx"], encoder, head);
        using var run = new OnnxRun(folder["pixels.onnx"]);

        var images = Read(new ProceduralImages(3), size);
        var features = FeatureExtractor.Compute(encoder, images, [layer])[0];
        OnnxRun.AssertClose(features.mm(weights.t()) + head.CreateBias(), run.Compute(images)["logits"]);
        Assert.Equal(head.ClassNames, JsonSerializer.Deserialize<string[]>(run.Metadata["classes"]));
    }

    [Fact]
    public void LayersThatTheClassifierDoesNotReadAreLeftOut()
    {
        using var encoder = new ConvNet(32);
        using var classifier = LinearProbe.Fit(encoder, new ProceduralImages(40), new() { Strengths = [0.1], Stage = "stage1" });
        classifier.ExportOnnx(folder["classifier.onnx"]);
        OnnxFile.Export(encoder, folder["encoder.onnx"]);
        // Three of four convolutions hold nearly all of the encoder's numbers.
        Assert.InRange(new FileInfo(folder["classifier.onnx"]).Length, 1, new FileInfo(folder["encoder.onnx"]).Length / 2);
    }

    private static Tensor Read(ProceduralImages source, int size)
    {
        var pixels = new byte[source.Count * 3 * size * size];
        for (var i = 0; i < source.Count; i++)
            source.Read(i, size, pixels.AsSpan(i * 3 * size * size, 3 * size * size));
        return tensor(pixels, [source.Count, 3, size, size]);
    }
}
