using System.IO.Compression;
using System.Text;
using SelfSup.Encoders;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

public sealed class TorchFileRefusalTests : IDisposable
{
    // What the code in the files would leave behind.
    private static readonly string Mark = Path.Combine(Path.GetTempPath(), "selfsup-code-has-run");
    private static readonly string Command = $"touch {Mark}";

    private readonly TemporaryFolder folder = new();

    public TorchFileRefusalTests() => SelfSup.Runtime.NativeTorch.EnsureLoaded();

    public static TheoryData<string, byte[]> Code => new()
    {
        { "os.system", Pickle(writer => writer.Global("os", "system").Op('(').Text(Command).Op('t').Op('R')) },
        { "os.system", Pickle(writer => writer.ShortText("os").ShortText("system").Bytes(0x93).Text(Command).Bytes(0x85).Op('R')) },
        { "builtins.eval", Pickle(writer => writer.Global("builtins", "eval")) },
        { "__builtin__.exec", Pickle(writer => writer.Global("__builtin__", "exec")) },
        { "subprocess.Popen", Pickle(writer => writer.Global("subprocess", "Popen").Text(Command).Bytes(0x85).Bytes(0x81)) },
        { "posix.system", Pickle(writer => writer.Global("posix", "system")) },
        { "without a name", Pickle(writer => writer.Int(1).Int(2).Bytes(0x93)) },
        { "opcode 0x69", Pickle(writer => writer.Op('i').Bytes("os\nsystem\n"u8)) },
        { "opcode 0x82", Pickle(writer => writer.Bytes(0x82, 1)) },
    };

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "ends after", new PickleWriter().Op('X').UInt32(uint.MaxValue).Stop() },
        { "ends after", new PickleWriter().Bytes(0x8d).Bytes([.. Enumerable.Repeat((byte)255, 8)]).Stop() },
        { "ends after", new PickleWriter().Bytes(0x8b).UInt32(1u << 31).Stop() },
        { "not UTF-8", new PickleWriter().Op('X').UInt32(1).Bytes(0xff).Stop() },
        { "protocol 6", new PickleWriter(6).Op('}').Stop() },
        { "without an end", new PickleWriter().Op('c').Bytes(new byte[1000]).Stop() },
        { "empty stack", new PickleWriter().Stop() },
        { "empty stack", new PickleWriter().Op('}').Op('(').Op('0').Op('0').Op('0').Stop() },
        { "empty stack", new PickleWriter().Int(1).Op('(').Bytes(0x85).Stop() },
        { "empty stack", new PickleWriter().Op('t').Stop() },
        { "never stored", new PickleWriter().Op('h').Bytes(4).Stop() },
        { "no dictionary", new PickleWriter().Int(1).Int(1).Int(1).Op('s').Stop() },
        { "key without", new PickleWriter().Op('}').Op('(').Int(1).Op('u').Stop() },
        { "no list", new PickleWriter().Int(1).Int(1).Op('a').Stop() },
        { "no storage", new PickleWriter().Text("storage").Op('Q').Stop() },
        { "tuple of arguments", new PickleWriter().Global("collections", "OrderedDict").Op('}').Op('R').Stop() },
        { "describes a tensor", new PickleWriter().Global("torch._utils", "_rebuild_tensor_v2").Tuple(1, 2, 3).Op('R').Stop() },
        { "describes a parameter", new PickleWriter().Global("torch._utils", "_rebuild_parameter").Tuple(1, 2, 3).Op('R').Stop() },
        { "no dictionary of tensors", new PickleWriter().Text("model").Stop() },
        { "its entries are: net, epoch", PickleWriter.Dictionary(("net", writer => writer.Dict()), ("epoch", writer => writer.Int(1))) },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Code))]
    public void CodeIsNamedAndNotRun(string problem, byte[] pickle)
    {
        Refused(TorchFixture.Archive(pickle, ("0", TorchFixture.Counting(6))), problem);
        Assert.False(File.Exists(Mark));
    }

    [Fact]
    public void TheMessageSaysThatCodeIsNotRun()
    {
        var pickle = new PickleWriter().Global("os", "system").Stop();
        Refused(TorchFixture.Archive(pickle), "it asks for the code 'os.system', which is not run; only tensors are read. Do not open this file in Python.");
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void AMalformedPickleIsRefused(string problem, byte[] pickle) => Refused(TorchFixture.Archive(pickle), problem);

    [Theory]
    [InlineData(0, new long[] { 7 }, new long[] { 1 })]
    [InlineData(1, new long[] { 6 }, new long[] { 1 })]
    [InlineData(6, new long[] { 1 }, new long[] { 1 })]
    [InlineData(-1, new long[] { 2 }, new long[] { 1 })]
    [InlineData(0, new long[] { -2 }, new long[] { 1 })]
    [InlineData(5, new long[] { 2 }, new long[] { -1 })]
    [InlineData(0, new long[] { 2, 3 }, new long[] { 1 })]
    [InlineData(0, new long[] { 2, 3 }, new long[] { 4, 1 })]
    [InlineData(0, new long[] { 3 }, new[] { long.MaxValue })]
    [InlineData(long.MaxValue, new long[] { 2 }, new[] { long.MaxValue })]
    [InlineData(0, new[] { 1L << 32, 1L << 32 }, new long[] { 0, 0 })]
    [InlineData(0, new[] { 1L << 61 }, new long[] { 0 })]
    [InlineData(0, new[] { 0, 1L << 32, 1L << 32 }, new long[] { 0, 0, 0 })]
    [InlineData(0, new[] { 3, 1L << 62, 3 }, new[] { 1L << 62, 4, 1L << 62 })]
    public void ATensorOutsideItsStorageIsRefused(long offset, long[] shape, long[] strides)
    {
        var pickle = PickleWriter.Dictionary(("a", PickleWriter.Tensor("FloatStorage", "0", 6, offset, shape, strides)));
        Refused(TorchFixture.Archive(pickle, ("0", TorchFixture.Counting(6))), "");
    }

    [Theory]
    [InlineData("0", 5, "24 bytes instead of 20")]
    [InlineData("0", 7, "24 bytes instead of 28")]
    [InlineData("0", -1, "no storage")]
    [InlineData("0", 1L << 62, "24 bytes instead of")]
    [InlineData("1", 6, "lacks archive/data/1")]
    [InlineData("../data.pkl", 6, "lacks")]
    public void AStorageOfAnotherLengthIsRefused(string key, long count, string problem)
    {
        var pickle = PickleWriter.Dictionary(("a", PickleWriter.Tensor("FloatStorage", key, count, 0, [5], [1])));
        Refused(TorchFixture.Archive(pickle, ("0", TorchFixture.Counting(6))), problem);
    }

    [Fact]
    public void AStorageHasOneTypeAndItsBoolsAreBools()
    {
        var pickle = PickleWriter.Dictionary(
            ("a", PickleWriter.Tensor("FloatStorage", "0", 6, 0, [6], [1])), ("b", PickleWriter.Tensor("IntStorage", "0", 6, 0, [6], [1])));
        Refused(TorchFixture.Archive(pickle, ("0", TorchFixture.Counting(6))), "two ways");
        pickle = PickleWriter.Dictionary(("a", PickleWriter.Tensor("BoolStorage", "0", 2, 0, [2], [1])));
        Refused(TorchFixture.Archive(pickle, ("0", [0, 2])), "'0' is BOOL");
    }

    [Fact]
    public void ZipBombsAreRefused()
    {
        const int Length = 1 << 24;
        var pickle = PickleWriter.Dictionary(("a", PickleWriter.Tensor("ByteStorage", "0", Length, 0, [Length], [1])));
        Refused(TorchFixture.Zip(CompressionLevel.Optimal, ("data.pkl", pickle), ("data/0", new byte[Length])), "compressed");

        // Stored, but the directory sends a second name to the first one's bytes.
        pickle = PickleWriter.Dictionary(
            ("a", PickleWriter.Tensor("ByteStorage", "0", 8192, 0, [1], [1])),
            ("b", PickleWriter.Tensor("ByteStorage", "1", 8192, 0, [1], [1])));
        var bytes = TorchFixture.Archive(pickle, ("0", new byte[8192]), ("1", [])).AsSpan();
        var last = bytes.LastIndexOf("archive/data/1"u8) - 46;
        bytes.Slice(bytes.LastIndexOf("archive/data/0"u8) - 46 + 20, 26).CopyTo(bytes[(last + 20)..]);
        Refused(bytes.ToArray(), "longer than the file");
    }

    [Fact]
    public void OtherArchivesAreRefused()
    {
        byte[] empty = new PickleWriter().Dict().Stop();
        Refused(TorchFixture.Zip(CompressionLevel.NoCompression, ("model.pkl", empty)), "has no data.pkl");
        Refused(TorchFixture.Zip(CompressionLevel.NoCompression, ("data.pkl", empty), ("code/data.pkl", empty)), "2 entries data.pkl");
        Refused(TorchFixture.Zip(CompressionLevel.NoCompression, ("data.pkl", empty), ("data.pkl", empty)), "two entries");
        Refused(TorchFixture.Zip(CompressionLevel.NoCompression, ("data.pkl", empty), ("byteorder", "big"u8.ToArray())), "little-endian");
        Refused([], "is empty");
        Refused([1, 2, 3, 4], "no zip archive");
    }

    [Fact]
    public void TheOldFormatIsRefusedWithAdvice()
    {
        byte[] old = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];
        Refused(old, "save it again with torch.save of PyTorch 1.6 or later");
        using var encoder = new ConvNet(32);
        var error = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, folder["file.pth"]));
        Assert.Contains("PyTorch 1.6", error.Message);
    }

    [Fact]
    public void ACutOffFileIsAlwaysRefused()
    {
        var pickle = PickleWriter.Dictionary(("a", PickleWriter.Tensor("FloatStorage", "0", 6, 0, [6], [1])));
        var whole = TorchFixture.Archive(pickle, ("0", TorchFixture.Counting(6)));
        for (var length = 0; length < whole.Length; length += 7)
            Refused(whole[..length], "");
    }

    [Theory]
    [InlineData("", "}(X\u0001\0\0\0a", "N", "u", 300_000, "holds no tensors")] // dictionaries in dictionaries
    [InlineData(")", "\u0085", "", "", 300_000, "no dictionary of tensors")] // tuples in tuples
    [InlineData("", "(", "", "", 300_000, "empty stack")]
    [InlineData("", "(", "", "", 5_000_000, "steps")]
    [InlineData("", "}", "", "", 5_000_000, "steps")]
    [InlineData("", "}q\0", "", "", 2_500_000, "steps")]
    public void DeepNestingCostsNoStackAndLengthEndsAtALimit(
        string start, string open, string middle, string close, int count, string problem)
    {
        var body = start + Repeated(open) + middle + Repeated(close);
        Refused(TorchFixture.Archive(new PickleWriter().Bytes(Encoding.Latin1.GetBytes(body)).Stop()), problem);

        string Repeated(string text) => string.Concat(Enumerable.Repeat(text, count));
    }

    private static byte[] Pickle(Action<PickleWriter> value) =>
        PickleWriter.Dictionary(("good", PickleWriter.Tensor("FloatStorage", "0", 6, 0, [6], [1])), ("bad", value));

    private void Refused(byte[] bytes, string problem)
    {
        var path = folder.Write("file.pth", bytes);
        var before = LiveTensors.Count();
        var error = Assert.Throws<InvalidDataException>(() => TorchFile.Read(path).Dispose());
        Assert.StartsWith($"'{path}' ", error.Message);
        Assert.Contains(problem, error.Message);
        Assert.Equal(before, Tensor.TotalCount);
    }
}
