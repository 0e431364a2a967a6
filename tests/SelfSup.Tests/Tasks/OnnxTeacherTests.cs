using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.OnnxRuntime;
using SelfSup.Tasks;
using SelfSup.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Tasks;

public sealed class OnnxTeacherTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ConvNet encoder = new(32, seed: 3);

    public OnnxTeacherTests()
    {
        encoder.eval();
        OnnxFile.Export(encoder, folder["teacher.onnx"]);
    }

    public void Dispose()
    {
        encoder.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void It_teaches_what_the_exported_encoder_teaches()
    {
        using var scope = NewDisposeScope();
        using var teacher = new OnnxTeacher(folder["teacher.onnx"], new() { License = "MIT" });
        using var original = new EncoderTeacher(encoder);
        Assert.Equal((32, encoder.FeatureCount, 0), (teacher.ImageSize, teacher.FeatureCount, teacher.MapChannels));
        Assert.Equal("MIT", teacher.Settings["license"]);
        var images = TestImages.Colorful(3, 32);
        var expected = original.Compute(images).Features;
        Assert.True(teacher.Compute(images).Features.allclose(expected, 1e-3, 1e-4));
        // Mixtures are floats, which a model that takes bytes gets rounded.
        var levels = images.to(ScalarType.Float32).div(255);
        Assert.True(teacher.Compute(levels).Features.allclose(expected, 1e-3, 1e-4));
        PretextTaskCheck.Verify(new DistillationTask(teacher));
    }

    [Fact]
    public void Another_output_may_teach_a_map_and_makes_another_teacher()
    {
        using var scope = NewDisposeScope();
        var stage = encoder.Stages[1];
        using var features = new OnnxTeacher(folder["teacher.onnx"]);
        using var maps = new OnnxTeacher(folder["teacher.onnx"], new() { Output = stage.Name, IsBgr = true });
        Assert.Equal((stage.Channels, stage.Channels), (maps.FeatureCount, maps.MapChannels));
        var images = TestImages.Colorful(2, 32);
        var expected = encoder.ForwardStages(encoder.Normalize(images.flip(1)))[1];
        var (pooled, map) = maps.Compute(images);
        Assert.True(map!.allclose(expected, 1e-3, 1e-4));
        Assert.True(pooled.allclose(expected.mean([2, 3]), 1e-3, 1e-4));
        Assert.Equal(features.Settings["hash"], maps.Settings["hash"]);
        Assert.NotEqual(features.Settings["output"], maps.Settings["output"]);
        PretextTaskCheck.Verify(new DistillationTask(maps, new() { LocalWeight = 1 }));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Contains("no output 'nothing'", Refusal(folder["teacher.onnx"], new() { Output = "nothing" }));
        Assert.Contains("the image size is 64", Refusal(folder["teacher.onnx"], new() { ImageSize = 64 }));
        File.WriteAllText(folder["text.onnx"], "no model");
        Assert.Contains("no model that ONNX Runtime can run", Refusal(folder["text.onnx"], new()));

        static string Refusal(string path, OnnxTeacherOptions options) =>
            Assert.Throws<InvalidDataException>(() => new OnnxTeacher(path, options)).Message;
    }
}
