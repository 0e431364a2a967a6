using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Onnx;
using SelfSup.Runtime;
using SelfSup.Tests.Encoders;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tests.Onnx;

public sealed class OnnxFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Every encoder of images in the catalog, with its three stems where that is quick, and at sizes that leave odd maps.</summary>
    public static TheoryData<string, int> Encoders
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in QuickEncoders.Names)
            {
                using (var encoder = EncoderCatalog.Create(name, 32))
                {
                    if (encoder.TakesClips)
                        continue; // refused, as a test below says
                }
                data.Add(name, 32);
                if (name != "resnet50")
                    data.Add(name, 96);
            }
            data.Add("resnet18", 224);
            data.Add("alexnet", 224);
            data.Add("convnet", 173);
            data.Add("nin", 37);
            return data;
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Encoders))]
    public void OnnxRuntimeComputesWhatTheEncoderDoes(string name, int size)
    {
        using var encoder = EncoderCatalog.Create(name, size, seed: 1, Normalization.Cifar10);
        RandomizeNormalizations(encoder);
        OnnxFile.Export(encoder, folder["encoder.onnx"]);
        using var run = new OnnxRun(folder["encoder.onnx"]);

        Assert.Equal(encoder.Stages.Select(stage => stage.Name).Prepend("features"), run.Outputs);
        Assert.Equal([-1, 3, size, size], run.ShapeOf("pixels"));
        Assert.Equal([-1, encoder.FeatureCount], run.ShapeOf("features"));
        foreach (var (stage, side) in encoder.Stages.Zip(encoder.MeasureStages()))
            Assert.Equal([-1, stage.Channels, side, side], run.ShapeOf(stage.Name));

        foreach (var count in new[] { 1, 3 })
            Compare(encoder, run, count);
    }

    [Fact]
    public void ThePartsOfAPairCountAsTheyAreTold()
    {
        using var pair = new CenterZoom(new EncoderPair(new ConvNet(32, seed: 1), new ConvNet(32, seed: 2), secondWeight: 1.5));
        RandomizeNormalizations(pair);
        OnnxFile.Export(pair, folder["pair.onnx"]);
        using var run = new OnnxRun(folder["pair.onnx"]);
        Compare(pair, run, 2);
    }

    [Fact]
    public void LayoutTypeAndModeOfTheEncoderDoNotMatter()
    {
        using var encoder = new ResNet(18, 32);
        RandomizeNormalizations(encoder);
        OnnxFile.Export(encoder, folder["plain.onnx"]);
        Assert.True(encoder.training);
        encoder.eval();
        ChannelsLast.LayOutWeightsOf(encoder);
        OnnxFile.Export(encoder, folder["channels-last.onnx"]);
        Assert.False(encoder.training);
        Assert.Equal(File.ReadAllBytes(folder["plain.onnx"]), File.ReadAllBytes(folder["channels-last.onnx"]));

        encoder.to(ScalarType.BFloat16);
        OnnxFile.Export(encoder, folder["bfloat16.onnx"]);
        encoder.to(ScalarType.Float32); // the weights stay rounded
        using var run = new OnnxRun(folder["bfloat16.onnx"]);
        Compare(encoder, run, 2);
    }

    [Fact]
    public void MetadataTellsWhatAProgramNeeds()
    {
        using var encoder = new ConvNet(48, normalization: new Normalization([0.5f, 0.25f, 0.125f], [0.25f, 0.5f, 1]));
        OnnxFile.Export(encoder, folder["encoder.onnx"]);
        using var run = new OnnxRun(folder["encoder.onnx"]);
        var metadata = run.Metadata.ToDictionary();
        Assert.True(metadata.Remove("selfsup_version", out var version));
        Assert.StartsWith("0.", version);
        var expected = new Dictionary<string, string>
        {
            ["architecture"] = "convnet",
            ["stem"] = "medium",
            ["image_size"] = "48",
            ["mean"] = "[0.5,0.25,0.125]",
            ["std"] = "[0.25,0.5,1]",
            ["input_layout"] = "NCHW",
            ["input_channels"] = "RGB",
            ["input_range"] = "0..255",
        };
        Assert.Equal(expected.OrderBy(pair => pair.Key), metadata.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void ExportLeavesNoTensors()
    {
        using var encoder = new ConvNet(32);
        OnnxFile.Export(encoder, folder["encoder.onnx"]);
        var before = LiveTensors.Count();
        OnnxFile.Export(encoder, folder["encoder.onnx"]);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void EncodersThatDoNotDescribeThemselvesAreRefused()
    {
        using var encoder = new UnknownEncoder();
        var refusal = Assert.Throws<NotSupportedException>(() => OnnxFile.Export(encoder, folder["encoder.onnx"]));
        Assert.Contains("'mystery'", refusal.Message);
        using var video = new VideoConvNet(32);
        Assert.Contains("'convnet3d'", Assert.Throws<NotSupportedException>(() => OnnxFile.Export(video, folder["encoder.onnx"])).Message);
        Assert.False(File.Exists(folder["encoder.onnx"]));
    }

    [Fact]
    public void EncodersOfOnesOwnDescribeThemselves()
    {
        using var encoder = new LayeredEncoder(
            nn.Conv2d(3, 6, 3, stride: 2, padding: 2, dilation: 2, groups: 3), nn.BatchNorm2d(6), nn.ReLU());
        RandomizeNormalizations(encoder);
        OnnxFile.Export(encoder, folder["encoder.onnx"]);
        using var run = new OnnxRun(folder["encoder.onnx"]);
        Compare(encoder, run, 2);
    }

    [Fact]
    public void LayersThatDoNotDescribeThemselvesAreRefused()
    {
        using var unknown = new LayeredEncoder(nn.Conv2d(3, 6, 3), nn.Tanh());
        var refusal = Assert.Throws<NotSupportedException>(() => OnnxFile.Export(unknown, folder["encoder.onnx"]));
        Assert.Contains("Tanh", refusal.Message);
        using var reflecting = new LayeredEncoder(nn.Conv2d(3, 6, 3, padding: 1, padding_mode: PaddingModes.Reflect));
        Assert.Throws<NotSupportedException>(() => OnnxFile.Export(reflecting, folder["encoder.onnx"]));
    }

    private static void Compare(Encoder encoder, OnnxRun run, int count)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var random = new Generator((ulong)count);
        encoder.eval();
        var images = randint(256, [count, 3, encoder.ImageSize, encoder.ImageSize], ScalarType.Byte, generator: random);
        var inputs = encoder.Normalize(images);
        var actual = run.Compute(images);
        OnnxRun.AssertClose(encoder.forward(inputs), actual["features"]);
        foreach (var (stage, map) in encoder.Stages.Zip(encoder.ForwardStages(inputs)))
            OnnxRun.AssertClose(map, actual[stage.Name]);
    }

    /// <summary>Gives every batch normalization numbers of its own; fresh ones do nothing in evaluation mode.</summary>
    private static void RandomizeNormalizations(Encoder encoder)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var random = new Generator(7);
        foreach (var layer in encoder.modules().OfType<BatchNorm>())
        {
            layer.weight.uniform_(0.5, 1.5, random);
            layer.bias!.uniform_(-0.5, 0.5, random);
            layer.running_mean!.uniform_(-0.5, 0.5, random);
            layer.running_var!.uniform_(0.5, 2, random);
        }
        foreach (var layer in encoder.modules().OfType<Conv2d>().Where(layer => layer.bias is not null))
            layer.bias!.uniform_(-0.5, 0.5, random);
    }

    private sealed class UnknownEncoder : Encoder
    {
        private readonly Conv2d layer = nn.Conv2d(3, 4, 3);

        public UnknownEncoder()
            : base("mystery", 32) => RegisterComponents();

        public override IReadOnlyList<EncoderStage> Stages { get; } = [new("layer", 4)];

        public override Encoder CreateUntrained(int seed) => new UnknownEncoder();

        public override Tensor[] ForwardStages(Tensor inputs) => [layer.forward(inputs)];
    }

    private sealed class LayeredEncoder : Encoder, IOnnxEncoder
    {
        private readonly Sequential layers;

        public LayeredEncoder(params nn.Module<Tensor, Tensor>[] modules)
            : base("layered", 32)
        {
            layers = nn.Sequential(modules);
            RegisterComponents();
        }

        public override IReadOnlyList<EncoderStage> Stages { get; } = [new("layers", 6)];

        public override Encoder CreateUntrained(int seed) => throw new NotSupportedException();

        public override Tensor[] ForwardStages(Tensor inputs) => [layers.forward(inputs)];

        public IReadOnlyList<string> ExportStages(OnnxGraph graph, string input) => [graph.AddLayer(layers, input)];
    }
}
