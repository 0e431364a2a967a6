using SelfSup.Encoders;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

public sealed class TorchFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TorchFileTests() => SelfSup.Runtime.NativeTorch.EnsureLoaded();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("DoubleStorage", ScalarType.Float64)]
    [InlineData("FloatStorage", ScalarType.Float32)]
    [InlineData("HalfStorage", ScalarType.Float16)]
    [InlineData("BFloat16Storage", ScalarType.BFloat16)]
    [InlineData("LongStorage", ScalarType.Int64)]
    [InlineData("IntStorage", ScalarType.Int32)]
    [InlineData("ShortStorage", ScalarType.Int16)]
    [InlineData("CharStorage", ScalarType.Int8)]
    [InlineData("ByteStorage", ScalarType.Byte)]
    [InlineData("BoolStorage", ScalarType.Bool)]
    public void EveryTypeComesBackBitForBit(string storage, ScalarType type)
    {
        using var values = empty([3, 5], dtype: type);
        new Random(1).NextBytes(values.bytes);
        if (type == ScalarType.Bool)
            foreach (ref var value in values.bytes)
                value &= 1;
        var pickle = PickleWriter.Dictionary(
            ("values", PickleWriter.Tensor(storage, "0", 15, 0, [3, 5], [5, 1])),
            ("scalar", PickleWriter.Tensor(storage, "1", 1, 0, [], [])),
            ("nothing", PickleWriter.Tensor(storage, "2", 0, 0, [2, 0, 3], [3, 3, 1])));
        using var file = Read(TorchFixture.Archive(
            pickle, ("0", values.bytes.ToArray()), ("1", new byte[values.bytes.Length / 15]), ("2", [])));
        Assert.Equal(["nothing", "scalar", "values"], file.Tensors.Keys.Order());
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(type, tensor.dtype));
        Assert.Equal([3L, 5L], file.Tensors["values"].shape);
        Assert.Equal(values.bytes.ToArray(), file.Tensors["values"].bytes.ToArray());
        Assert.Equal([], file.Tensors["scalar"].shape);
        Assert.Equal([2L, 0L, 3L], file.Tensors["nothing"].shape);
    }

    [Fact]
    public void ViewsOfOneStorageAreReadByStrideAndOffsetAndShareIt()
    {
        var pickle = PickleWriter.Dictionary(
            ("plain", PickleWriter.Tensor("FloatStorage", "0", 24, 0, [4, 6], [6, 1])),
            ("turned", PickleWriter.Tensor("FloatStorage", "0", 24, 0, [6, 4], [1, 6])),
            ("part", PickleWriter.Tensor("FloatStorage", "0", 24, 7, [2, 3], [6, 2])),
            ("repeated", PickleWriter.Tensor("FloatStorage", "0", 24, 23, [3, 2], [0, 0])));
        var before = LiveTensors.Count();
        using (var file = Read(TorchFixture.Archive(pickle, ("0", TorchFixture.Counting(24)))))
        {
            Assert.Equal(before + 4, Tensor.TotalCount);
            using var scope = NewDisposeScope();
            var plain = arange(24, ScalarType.Float32).view(4, 6);
            Assert.True(file.Tensors["plain"].allclose(plain, 0, 0));
            Assert.True(file.Tensors["turned"].allclose(plain.t(), 0, 0));
            Assert.True(file.Tensors["part"].allclose(tensor(new[,] { { 7f, 9f, 11f }, { 13f, 15f, 17f } }), 0, 0));
            Assert.True(file.Tensors["repeated"].allclose(full([3, 2], 23f), 0, 0));
            file.Tensors["plain"].fill_(1);
            Assert.True(file.Tensors["part"].allclose(ones(2, 3), 0, 0));
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("model_state_dict")]
    [InlineData("model")]
    public void ACheckpointsStateIsFoundAndTheRestLeftOut(string name)
    {
        var weight = PickleWriter.Tensor("FloatStorage", "0", 6, 0, [6], [1]);
        var pickle = PickleWriter.Dictionary(
            ("epoch", writer => writer.Int(1L << 40)),
            ("huge", writer => writer.Bytes(0x8a, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9)),
            ("loss", writer => writer.Op('G').Bytes(new byte[8])),
            ("name", writer => writer.Text("é")),
            ("best", writer => writer.Bytes(0x88)),
            ("none", writer => writer.Op('N')),
            ("sizes", writer => writer.Op(']').Op('(').Int(1).Int(2).Op('e').Int(3).Op('a')),
            ("momentum", weight),
            (name, writer => writer.Dict(
                ("weight", writer => Parameter(writer, weight)), ("step", writer => writer.Int(3)), ("nested", writer => writer.Dict()))),
            ("optimizer", writer => writer.Op('}').Int(0).Dict(("exp_avg", weight)).Op('s')));
        using var file = Read(TorchFixture.Archive(pickle, ("0", TorchFixture.Counting(6))));
        Assert.Equal(["weight"], file.Tensors.Keys);
        Assert.Equal(5f, file.Tensors["weight"][5].item<float>());
        Assert.False(file.Tensors["weight"].requires_grad);

        static void Parameter(PickleWriter writer, Action<PickleWriter> tensor)
        {
            tensor(writer.Global("torch._utils", "_rebuild_parameter").Op('('));
            writer.Bytes(0x88).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');
        }
    }

    [Fact]
    public void AModulesStateDictWithItsVersionsIsRead()
    {
        var writer = new PickleWriter().Global("collections", "OrderedDict").Op('q').Bytes(0).Op(')').Op('R').Op('q').Bytes(1);
        PickleWriter.Tensor("FloatStorage", "0", 2, 0, [2], [1])(writer.Op('(').Text("bias"));
        writer.Op('u').Dict(("_metadata", versions => versions.Dict(("version", version => version.Int(1))))).Op('b');
        using var file = Read(TorchFixture.Archive(writer.Stop(), ("0", TorchFixture.Counting(2))));
        Assert.Equal(["bias"], file.Tensors.Keys);
    }

    [Fact]
    public void LaterProtocolsAreRead()
    {
        var writer = new PickleWriter(4).Bytes(0x95).Bytes(new byte[8]).Op('}').Bytes(0x94).ShortText("a");
        writer.ShortText("torch._utils").Bytes(0x94).ShortText("_rebuild_tensor_v2").Bytes(0x93).Bytes(0x94);
        writer.Op('(').Storage("FloatStorage", "0", 2).Int(0).Int(2).Bytes(0x85).Int(1).Bytes(0x85).Bytes(0x89).Op('N').Op('t').Op('R');
        writer.Bytes(0x94).Op('s').ShortText("b").Op('h').Bytes(3).Op('s');
        using var file = Read(TorchFixture.Archive(writer.Stop(), ("0", TorchFixture.Counting(2))));
        Assert.Equal(["a", "b"], file.Tensors.Keys);
        Assert.True(file.Tensors["a"].allclose(file.Tensors["b"], 0, 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("module.")]
    [InlineData("backbone.")]
    [InlineData("module.encoder.")]
    public void AnEncodersWeightsLoadWhateverTheFilesNameAndItsWrappers(string prefix)
    {
        using var source = new ConvNet(32, seed: 1);
        using var classifier = zeros(10, 256);
        var state = source.state_dict().Select(pair => KeyValuePair.Create(prefix + pair.Key, pair.Value)).ToDictionary();
        state.Add(prefix + "fc.weight", classifier);
        var path = folder.Write("weights.safetensors", TorchFixture.StateDict(state));
        using var encoder = new ConvNet(32, seed: 2);
        var before = LiveTensors.Count();
        EncoderFile.LoadWeights(encoder, path);
        Assert.Equal(before, Tensor.TotalCount);
        var loaded = encoder.state_dict();
        Assert.All(source.state_dict(), pair => Assert.True(pair.Value.allclose(loaded[pair.Key], 0, 0), pair.Key));
    }

    [Fact]
    public void TensorsAnywhereElseHaveTheNamesOnTheWayToThem()
    {
        var weight = PickleWriter.Tensor("FloatStorage", "0", 6, 0, [6], [1]);
        var pickle = PickleWriter.Dictionary(
            ("net", writer => writer.Dict(("conv.weight", weight), ("inner", inner => inner.Dict(("bias", weight))))), ("epoch", writer => writer.Int(1)));
        using var file = Read(TorchFixture.Archive(pickle, ("0", TorchFixture.Counting(6))));
        Assert.Equal(["net.conv.weight", "net.inner.bias"], file.Tensors.Keys);
    }

    private TorchFile Read(byte[] bytes) => TorchFile.Read(folder.Write("file.pth", bytes));
}
