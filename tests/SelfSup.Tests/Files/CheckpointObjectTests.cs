using SelfSup.Encoders;
using SelfSup.Files;
using static SelfSup.Tests.Files.CheckpointFixture;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

/// <summary>Checkpoints hold more than tensors: objects of any class do not keep the weights from being read, and are never made.</summary>
public sealed class CheckpointObjectTests : IDisposable
{
    private static readonly ResNet Encoder18 = new(18, 32);

    private static readonly Dictionary<string, Action<PickleWriter>> Objects = new()
    {
        ["argparse.Namespace"] = writer => writer.Global("argparse", "Namespace").Op(')').Bytes(0x81)
            .Dict(("lr", number => number.Int(1)), ("arch", text => text.Text("resnet18"))).Op('b'),
        ["omegaconf.dictconfig.DictConfig"] = writer => writer.Global("omegaconf.dictconfig", "DictConfig").Op(')').Bytes(0x81)
            .Dict(("_content", content => content.Dict(Extra("lr", 1)))).Op('b'),
        ["collections.defaultdict"] = writer => writer.Global("collections", "defaultdict").Global("builtins", "list").Bytes(0x85).Op('R')
            .Text("loss").Op(']').Int(1).Op('a').Op('s'),
        ["numpy.core.multiarray.scalar"] = writer => writer.Global("numpy.core.multiarray", "scalar").Global("numpy", "dtype").Text("f8").Bytes(0x89, 0x88)
            .Bytes(0x87).Op('R').Op('(').Int(3).Text("<").Op('N').Op('t').Op('b').Op('C').Bytes(8).Bytes(new byte[8]).Bytes(0x86).Op('R'),
        ["datetime.datetime"] = writer => writer.Global("datetime", "datetime").Op('C').Bytes(10).Bytes(new byte[10]).Bytes(0x85).Op('R'),
        ["pathlib.PosixPath"] = writer => writer.Global("pathlib", "PosixPath").Op('(').Text("/").Text("data").Op('t').Op('R'),
        ["functools.partial"] = writer => writer.Global("functools", "partial").Global("torch.nn", "LayerNorm").Bytes(0x85).Op('R')
            .Op('(').Global("torch.nn", "LayerNorm").Op(')').Op('}').Op('N').Op('t').Op('b'),
        ["torch.Size"] = writer => writer.Global("torch", "Size").Tuple(3, 4).Bytes(0x85).Op('R'),
        ["torch.device"] = writer => writer.Global("torch", "device").Text("cuda").Int(0).Bytes(0x86).Op('R'),
        [""] = writer => writer.Global("torch", "float32"),
        ["__main__.Meter"] = writer => writer.Global("__main__", "Meter").Op(')').Op('}').Bytes(0x92),
        ["builtins.set"] = writer => writer.Global("builtins", "set").Op(']').Int(1).Op('a').Bytes(0x85).Op('R'),
        ["torch.optim.lr_scheduler.CosineAnnealingLR"] = writer => writer.Global("torch.optim.lr_scheduler", "CosineAnnealingLR").Op(')').Bytes(0x81)
            .Dict(Optimizer("optimizer")).Op('b'),
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> ObjectNames => [.. Objects.Keys];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(ObjectNames))]
    public void ObjectsOfOtherClassesAreSkippedAndSaid(string name)
    {
        var loaded = Load(File(("args", Objects[name]), Dict("model", State(Encoder18, "")), ("again", Objects[name])));
        Assert.Equal("model.", loaded.Prefix);
        if (name.Length > 0)
        {
            Assert.Contains(name, loaded.SkippedClasses);
            Assert.Contains(name, loaded.ToString());
        }
    }

    [Fact]
    public void SetsListsAndValuesThatContainThemselvesDoNotHinder()
    {
        var loaded = Load(File(
            ("set", writer => writer.Bytes(0x8f).Op('(').Int(1).Text("a").Bytes(0x90)),
            ("frozen", writer => writer.Op('(').Int(1).Int(2).Bytes(0x91)),
            ("bytes", writer => writer.Bytes(0x96, 2, 0, 0, 0, 0, 0, 0, 0, 7, 7)),
            ("self", writer => writer.Op('}').Op('q').Bytes(9).Text("again").Op('h').Bytes(9).Op('s').Text("more").Op('h').Bytes(9).Op('s')),
            ("list", writer => writer.Op(']').Op('q').Bytes(8).Op('h').Bytes(8).Op('a')),
            Dict("model", State(Encoder18, ""))));
        Assert.Equal("model.", loaded.Prefix);
    }

    [Fact]
    public void WeightsInListsAndTuplesAreFound()
    {
        Assert.Equal("1.net.", Load(Archive(new PickleWriter().Op('(').Int(3).Dict(Dict("net", State(Encoder18, ""))).Op('t').Stop())).Prefix);
        Assert.Equal("models.0.", Load(File(("models", writer => writer.Op(']').Dict(State(Encoder18, "")).Op('a')))).Prefix);
    }

    [Fact]
    public void AWholeModuleIsReadByItsParametersAndBuffers()
    {
        var state = State(Encoder18, "");
        var writer = new PickleWriter();
        Module(writer, "");
        Assert.Equal("", Load(Archive(writer.Stop())).Prefix);

        // As Python keeps a module: dictionaries of its own tensors and of its children.
        void Module(PickleWriter target, string prefix)
        {
            var own = state.Where(entry => entry.Item1.StartsWith(prefix, StringComparison.Ordinal) && !entry.Item1[prefix.Length..].Contains('.'));
            var children = state.Where(entry => entry.Item1.StartsWith(prefix, StringComparison.Ordinal))
                .Select(entry => entry.Item1[prefix.Length..].Split('.')).Where(parts => parts.Length > 1).Select(parts => parts[0]).Distinct();
            target.Global("torch.nn.modules.module", "Module").Op(')').Bytes(0x81).Dict(
                ("training", flag => flag.Bytes(0x88)),
                Dict("_parameters", [.. own.Select(entry => (entry.Item1[prefix.Length..], entry.Item2))]),
                Dict("_modules", [.. children.Select(child => (child, (Action<PickleWriter>)(inner => Module(inner, $"{prefix}{child}."))))])).Op('b');
        }
    }

    [Theory]
    [InlineData("QInt8Storage")]
    [InlineData("ComplexFloatStorage")]
    [InlineData("Float8_e4m3fnStorage")]
    public void OnlyANeededTensorOfATypeThatIsNotReadRefusesTheFile(string storage)
    {
        var odd = PickleWriter.Tensor(storage, "odd", 1, 0, [64], [0]);
        Load(File([.. State(Encoder18, ""), ("scale", odd)]));
        var path = folder.Write("needed.pth", File([.. State(Encoder18, "").Where(entry => entry.Item1 != "bn1.bias"), ("bn1.bias", odd)]));
        using var encoder = new ResNet(18, 32);
        Assert.Contains($"bn1.bias is {storage}, which is not read", Assert.Throws<InvalidDataException>(
            () => EncoderFile.LoadWeights(encoder, path)).Message);
        using var file = TorchFile.Read(path);
        Assert.Equal(storage, file.Unread["bn1.bias"]);
        Assert.Equal(119, file.Tensors.Count);
    }

    [Fact]
    public void QuantizedSparseAndNewerTensorsAreSkipped()
    {
        Load(File([
            .. State(Encoder18, ""),
            ("quantized", writer => writer.Global("torch._utils", "_rebuild_qtensor").Op('(').Storage("QInt8Storage", "9", 4).Int(0).Op('t').Op('R')),
            ("sparse", writer => writer.Global("torch._utils", "_rebuild_sparse_tensor").Op('(').Global("torch.serialization", "_get_layout")
                .Text("torch.sparse_coo").Bytes(0x85).Op('R').Op('t').Op('R')),
            ("newer", writer => writer.Global("torch._utils", "_rebuild_tensor_v3").Op('(').Storage("storage.UntypedStorage", "9", 4).Int(0)
                .Tuple(4).Tuple(1).Bytes(0x89).Op('N').Global("torch", "float8_e4m3fn").Op('t').Op('R')),
        ]));
    }

    [Theory]
    [InlineData("F8_E4M3")]
    [InlineData("F4")]
    [InlineData("U16")]
    [InlineData("C64")]
    public void TheSameHoldsForSafetensors(string type)
    {
        using var odd = zeros(64, dtype: ScalarType.Byte);
        foreach (var (name, needed) in new[] { ("scale", false), ("bn1.bias", true) })
        {
            var tensors = Encoder18.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value);
            tensors[name] = odd;
            SafetensorsFile.Write(folder["odd"], tensors, new Dictionary<string, string>());
            var text = System.Text.Encoding.Latin1.GetString(System.IO.File.ReadAllBytes(folder["odd"]));
            // The length of the header stays, and a checksum under another name is none.
            var changed = text
                .Replace("\"dtype\":\"U8\",\"shape\":[64]", $"\"dtype\":\"{type}\",\"shape\":[64]")
                .Replace("selfsup_checksum", new string('k', 18 - type.Length));
            Assert.NotEqual(text, changed);
            System.IO.File.WriteAllBytes(folder["odd"], System.Text.Encoding.Latin1.GetBytes(changed));
            using var encoder = new ResNet(18, 32, seed: 3);
            if (needed)
            {
                Assert.Contains($"bn1.bias is {type}", Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, folder["odd"])).Message);
                continue;
            }
            Assert.Equal([new("scale", 1)], EncoderFile.LoadWeights(encoder, folder["odd"]).Skipped);
            using var file = SafetensorsFile.Read(folder["odd"]);
            Assert.Equal(type, file.Unread["scale"]);
        }
    }

    private LoadedWeights Load(byte[] bytes)
    {
        using var encoder = new ResNet(18, 32, seed: 1);
        var loaded = EncoderFile.LoadWeights(encoder, folder.Write("objects.ckpt", bytes));
        Assert.True(encoder.state_dict()["layer4.1.conv2.weight"].eq(Trained).all().item<bool>());
        return loaded;
    }
}
