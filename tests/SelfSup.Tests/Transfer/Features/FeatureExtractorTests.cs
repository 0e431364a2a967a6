using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public class FeatureExtractorTests
{
    [Fact]
    public void LayersFillTheRoomAndNoMore()
    {
        using var small = new ConvNet(32);
        Assert.Equal(
            [("stage1", 4, 512), ("stage2", 4, 1024), ("stage3", 4, 2048), ("stage4", 2, 1024), ("pooled", 1, 256)],
            FeatureLayer.ListOf(small).Select(layer => (layer.Name, layer.Grid, layer.Length)));
        using var resnet = EncoderCatalog.Create("resnet50", 32);
        Assert.Equal(
            [("layer1", 4, 4096), ("layer2", 4, 8192), ("layer3", 2, 4096), ("layer4", 2, 8192), ("pooled", 1, 2048)],
            FeatureLayer.ListOf(resnet).Select(layer => (layer.Name, layer.Grid, layer.Length)));
        Assert.Equal(3 * 32 * 32, FeatureLayer.Pixels(96).Length);
        Assert.Equal(3 * 20 * 20, FeatureLayer.Pixels(20).Length);
    }

    [Fact]
    public void FeaturesAreThoseOfTheEncoder()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(16);
        var source = new TestImages(7, 3);
        var layers = FeatureLayer.ListOf(encoder);
        using var set = FeatureExtractor.Extract(encoder, source, [.. layers, FeatureLayer.Pixels(16)], batchSize: 3);

        encoder.eval();
        var pixels = new byte[3 * 16 * 16];
        source.Read(5, 16, pixels);
        var input = encoder.Normalize(tensor(pixels, [1, 3, 16, 16]));
        Assert.True(allclose(encoder.forward(input)[0], layers[^1].Name == "pooled" ? set["pooled"][5] : set["stage4"][5], atol: 1e-5));
        Assert.True(allclose(encoder.ForwardStages(input)[0].flatten(1).mean([1]), set["stage1"][5].mean(), atol: 1e-5));
        Assert.True(allclose(input.flatten(), set["pixels"][5], atol: 1e-6));
        Assert.Equal([7, layers[0].Length], set["stage1"].shape);
    }

    [Fact]
    public void FeaturesOfClipsAreAveragedOverTheirFrames()
    {
        using var scope = NewDisposeScope();
        using var encoder = new VideoConvNet(16);
        var clips = new ProceduralClips(5, frames: 6, seed: 1);
        using var set = FeatureExtractor.Extract(encoder, clips, [.. FeatureLayer.ListOf(encoder), FeatureLayer.Pixels(16)], batchSize: 2);

        encoder.eval();
        var pixels = new byte[6 * 3 * 16 * 16];
        clips.Read(3, 16, pixels);
        var input = encoder.Normalize(tensor(pixels, [1, 6, 3, 16, 16]));
        Assert.Equal([5, 128], set["stage4"].shape); // one cell, and so what forward returns
        Assert.True(allclose(encoder.forward(input)[0], set["stage4"][3], atol: 1e-5));
        Assert.True(allclose(nn.functional.adaptive_avg_pool3d(encoder.ForwardStages(input)[0], [1, 4, 4]).flatten(), set["stage1"][3], atol: 1e-5));
        Assert.True(allclose(input.mean([2]).flatten(), set["pixels"][3], atol: 1e-5));
        Assert.Throws<ArgumentException>(() => FeatureExtractor.Extract(encoder, new ProceduralImages(2), FeatureLayer.ListOf(encoder)));
    }

    [Fact]
    public void UnreadableImagesAreLeftOutAndRowsStayAligned()
    {
        using var scope = NewDisposeScope();
        using var encoder = new ConvNet(16);
        var source = new TestImages(30, 3);
        var layers = FeatureLayer.ListOf(encoder);
        using var all = FeatureExtractor.Extract(encoder, source, layers, batchSize: 8);
        source.Unreadable.UnionWith([0, 17]);
        using var some = FeatureExtractor.Extract(encoder, source, layers, batchSize: 8);

        Assert.Equal([.. Enumerable.Range(1, 16), .. Enumerable.Range(18, 12)], some.Indices);
        var rows = tensor(some.Indices.Select(i => (long)i).ToArray());
        Assert.True(allclose(all["stage2"].index_select(0, rows), some["stage2"], atol: 1e-5));
    }

    [Fact]
    public void EncoderStaysAsItIs()
    {
        using var encoder = new ConvNet(16);
        encoder.train();
        var frozen = encoder.named_modules().Last(pair => pair.module is TorchSharp.Modules.BatchNorm).module;
        frozen.eval();
        var before = Snapshot(encoder);
        var modes = encoder.named_modules().Select(pair => pair.module.training).ToArray();
        using (FeatureExtractor.Extract(encoder, new TestImages(20, 2), FeatureLayer.ListOf(encoder)))
        {
            Assert.Equal(before, Snapshot(encoder));
            Assert.True(encoder.training);
            Assert.False(frozen.training);
            Assert.Equal(modes, encoder.named_modules().Select(pair => pair.module.training));
        }
        // The comparison would notice a forward pass in training mode.
        encoder.forward(torch.ones(2, 3, 16, 16)).Dispose();
        Assert.NotEqual(before, Snapshot(encoder));
    }

    [Fact]
    public void RepeatedExtractionLeavesNoTensors()
    {
        using var encoder = new ConvNet(16);
        var source = new TestImages(20, 2);
        var layers = FeatureLayer.ListOf(encoder);
        FeatureExtractor.Extract(encoder, source, layers, batchSize: 8).Dispose();
        var before = LiveTensors.Count();
        for (var i = 0; i < 3; i++)
        {
            using var set = FeatureExtractor.Extract(encoder, source, layers, batchSize: 8);
            Assert.Equal(before + layers.Count, Tensor.TotalCount);
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void ProgressCountsImagesAndCancellationStops()
    {
        using var encoder = new ConvNet(16);
        var progress = new Recorder<int>();
        var layers = FeatureLayer.ListOf(encoder);
        FeatureExtractor.Extract(encoder, new TestImages(20, 2), layers, batchSize: 8, progress: progress).Dispose();
        Assert.Equal([8, 16, 20], progress.Reports);
        var before = LiveTensors.Count();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            FeatureExtractor.Extract(encoder, new TestImages(20, 2), layers, cancellationToken: new CancellationToken(true)));
        Assert.Equal(before, Tensor.TotalCount);
    }

    internal static Dictionary<string, string> Snapshot(Encoder encoder) =>
        ModuleState.Collect(encoder, "").ToDictionary(pair => pair.Key, pair => Convert.ToHexString(pair.Value.detach().bytes));

    internal sealed class Recorder<T> : IProgress<T>
    {
        public List<T> Reports { get; } = [];

        public void Report(T value) => Reports.Add(value);
    }
}
