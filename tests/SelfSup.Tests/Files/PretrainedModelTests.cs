using OnnxSchema;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Tests.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

/// <summary>Encoders are found in models of other programs by what these compute, and ONNX Runtime agrees.</summary>
public sealed class PretrainedModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("convnet", 32)]
    [InlineData("nin", 32)]
    [InlineData("alexnet", 64)]
    [InlineData("resnet18", 32)]
    [InlineData("resnet50", 64)]
    public void NamesThatSayNothingDoNotMatter(string architecture, int size)
    {
        using var source = CreateTrained(architecture, size);
        var names = 0;
        Write(EditedModel.Of(source).Rename(_ => $"Parameter{names++}"));
        using var encoder = EncoderFile.LoadPretrained(folder["model.onnx"], out var loaded, architecture: architecture);
        Assert.Equal((size, source.Stem), (encoder.ImageSize, encoder.Stem));
        Assert.Empty(loaded.Skipped);
        Assert.All(source.Normalization.Mean.Zip(encoder.Normalization.Mean), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        AssertSameFeatures(encoder);
    }

    [Fact]
    public void AResNetIsKnownByItsShapes()
    {
        using var source = new ResNet(18, 64, blocks: [1, 2, 1, 3], stem: Stem.Large);
        Write(EditedModel.Of(source));
        using var encoder = EncoderFile.LoadPretrained(folder["model.onnx"]);
        Assert.Equal("1 2 1 3", encoder.Settings["blocks"]);
        AssertSameFeatures(encoder);
    }

    [Fact]
    public void WhatTheLibraryExportedSaysWhatItIs()
    {
        using var source = CreateTrained("convnet", 32);
        OnnxFile.Export(source, folder["model.onnx"]);
        using var encoder = EncoderFile.LoadPretrained(folder["model.onnx"], imageSize: 48);
        Assert.Equal(("convnet", 48, Stem.Small), (encoder.Architecture, encoder.ImageSize, encoder.Stem));
        Assert.Equal(source.Normalization.Mean, encoder.Normalization.Mean);
        AssertSameWeights(source, encoder);
    }

    [Fact]
    public void FoldedBatchNormalizationsBecomeScaleAndShift()
    {
        using var source = CreateTrained("resnet18", 32);
        Write(EditedModel.Of(source).Fold());
        using var encoder = EncoderFile.LoadPretrained(folder["model.onnx"], out var loaded, architecture: "resnet18");
        Assert.Contains("20 batch normalizations are folded", loaded.ToString());
        Assert.Equal(40, loaded.TensorCount);
        AssertSameFeatures(encoder);
    }

    [Fact]
    public void ColorsAndEpsilonsMayDiffer()
    {
        using var source = CreateTrained("convnet", 32);
        var model = EditedModel.Of(source).ReverseColors();
        foreach (var node in model.Nodes("BatchNormalization"))
            node.Attribute.Single(attribute => attribute.Name == "epsilon").F = 0.01f;
        Write(model);
        using var encoder = EncoderFile.LoadPretrained(folder["model.onnx"], out var loaded, architecture: "convnet");
        Assert.Contains("red, green and blue", loaded.ToString());
        AssertSameFeatures(encoder);
    }

    [Fact]
    public void ValuesMayStandInASecondFileBesideTheModel()
    {
        using var source = CreateTrained("convnet", 32);
        var model = EditedModel.Of(source);
        var values = model.MoveValues("model.data");
        Write(model);
        Assert.Contains("second file, 'model.data'", Refusal("convnet"));
        folder.Write("model.data", values.AsSpan(0, values.Length - 4));
        Assert.Contains("cut off", Refusal("convnet"));
        folder.Write("model.data", values);
        using var encoder = EncoderFile.LoadPretrained(folder["model.onnx"], architecture: "convnet");
        AssertSameWeights(source, encoder);
    }

    [Theory]
    [InlineData("../model.data")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    public void AModelReachesForNoOtherFiles(string location)
    {
        using var source = CreateTrained("convnet", 32);
        var model = EditedModel.Of(source);
        model.MoveValues(location);
        Write(model);
        Assert.Contains("no name of a file beside the model", Refusal("convnet"));
    }

    [Fact]
    public void AnotherActivationIsRefusedByLayer() =>
        AssertRefused(model => model.Nodes("Relu").ElementAt(3).OpType = "LeakyRelu", "Relu after layer1.1.bn1 is not there: the model has LeakyRelu");

    [Fact]
    public void AnotherStrideIsRefusedByLayer() => AssertRefused(
        model => Attribute(model.Nodes("Conv").ElementAt(5), "strides").Ints[0] = 1,
        "layer2.0.conv1 (Conv [128, 64, 3, 3] with stride 2) is not there: the model has Conv [128, 64, 3, 3] with stride 1 x 2 and Conv [128, 64, 1, 1]");

    [Fact]
    public void ADeeperNetworkIsNotCutInItsMiddle()
    {
        using var source = new ResNet(34, 32);
        Write(EditedModel.Of(source));
        Assert.Contains("layer2.0.conv1", Refusal("resnet18"));
    }

    [Fact]
    public void NamesHelpWhereOperationsCannotBeFollowed()
    {
        using var source = CreateTrained("convnet", 32);
        var model = EditedModel.Of(source);
        var state = source.state_dict();
        var convolutions = state.Where(pair => pair.Value.dim() == 4).Select(pair => pair.Key);
        var names = model.Nodes("Conv").Zip(convolutions).ToDictionary(pair => pair.First.Input[1], pair => $"backbone.{pair.Second}");
        var normalizations = state.Keys.Where(name => name.EndsWith("running_mean")).Select(name => name[..^"running_mean".Length]);
        foreach (var (node, layer) in model.Nodes("BatchNormalization").Zip(normalizations))
        {
            foreach (var (constant, role) in node.Input.Skip(1).Zip(["weight", "bias", "running_mean", "running_var"]))
                names.Add(constant, $"backbone.{layer}{role}");
        }
        model.Rename(name => names.GetValueOrDefault(name, name));
        foreach (var node in model.Nodes("Relu"))
            node.OpType = "HardSwish";
        Write(model);
        using var encoder = EncoderFile.LoadPretrained(folder["model.onnx"], out var loaded, architecture: "convnet");
        Assert.Equal("backbone.", loaded.Prefix);
        Assert.Contains("by names alone", loaded.ToString());
        AssertSameWeights(source, encoder);
    }

    [Fact]
    public void DamagedModelsAreRefusedAndNothingElseHappens()
    {
        using var source = CreateTrained("convnet", 32);
        var bytes = EditedModel.Of(source).ToBytes();
        var random = new Random(5);
        foreach (var mutant in Enumerable.Range(0, 120))
        {
            var damaged = bytes.ToArray();
            for (var i = 0; i <= mutant % 3; i++)
                damaged[random.Next(4, 3000)] = (byte)random.Next(256); // where the structure is
            TryLoad(damaged);
            TryLoad(bytes[..random.Next(bytes.Length)]);
        }

        void TryLoad(byte[] damaged)
        {
            folder.Write("model.onnx", damaged);
            try
            {
                EncoderFile.LoadPretrained(folder["model.onnx"], architecture: "convnet").Dispose();
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("model.onnx", e.Message);
            }
        }
    }

    [Fact]
    public void AnUnknownNetworkAsksForItsArchitecture()
    {
        using var source = new NetworkInNetwork(32);
        Write(EditedModel.Of(source));
        Assert.Contains("name the architecture", Refusal(null));
    }

    private static Encoder CreateTrained(string architecture, int size)
    {
        var encoder = EncoderCatalog.Create(architecture, size, seed: 1, Normalization.Cifar10);
        using var noGrad = no_grad();
        foreach (var normalization in encoder.modules().OfType<BatchNorm>())
        {
            normalization.running_mean!.normal_(0, 0.3);
            normalization.running_var!.uniform_(0.5, 2);
            normalization.weight.uniform_(0.5, 1.5);
            normalization.bias!.normal_(0, 0.2);
        }
        return encoder;
    }

    private void Write(EditedModel model) => folder.Write("model.onnx", model.ToBytes());

    private void AssertRefused(Action<EditedModel> edit, string expected)
    {
        using var source = new ResNet(18, 32);
        var model = EditedModel.Of(source);
        edit(model);
        Write(model);
        Assert.Contains(expected, Refusal("resnet18"));
    }

    private string Refusal(string? architecture)
    {
        var message = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadPretrained(folder["model.onnx"], architecture: architecture)).Message;
        Assert.StartsWith($"'{folder["model.onnx"]}'", message);
        return message;
    }

    private void AssertSameFeatures(Encoder encoder)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var run = new OnnxRun(folder["model.onnx"]);
        encoder.eval();
        var images = TestImages.Colorful(4, encoder.ImageSize);
        OnnxRun.AssertClose(run.Compute(images)["features"], encoder.forward(encoder.Normalize(images)));
    }

    private static void AssertSameWeights(Encoder source, Encoder encoder)
    {
        var state = encoder.state_dict();
        foreach (var (name, values) in source.state_dict())
            Assert.True(values.allclose(state[name], 0, 0) || name.EndsWith("num_batches_tracked"), name);
    }

    private static AttributeProto Attribute(NodeProto node, string name) => node.Attribute.Single(attribute => attribute.Name == name);
}
