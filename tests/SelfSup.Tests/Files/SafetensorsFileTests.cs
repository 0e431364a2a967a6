using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public SafetensorsFileTests()
    {
        // Other tests' garbage must not be freed while tensors are counted here.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private string FilePath => Path.Combine(folder, "file.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void EveryTypeComesBackBitForBit(ScalarType type)
    {
        using var values = empty([3, 5], dtype: type);
        new Random(1).NextBytes(values.bytes); // NaNs with payloads too
        if (type == ScalarType.Bool)
            foreach (ref var value in values.bytes)
                value &= 1;
        using var scalar = zeros([], dtype: type);
        using var nothing = zeros([2, 0, 3], dtype: type);
        Write(new() { ["values"] = values, ["scalar"] = scalar, ["nothing"] = nothing });

        using var file = SafetensorsFile.Read(FilePath);
        Assert.Equal(["nothing", "scalar", "values"], file.Tensors.Keys.Order());
        Assert.Equal(type, file.Tensors["values"].dtype);
        Assert.Equal([3L, 5L], file.Tensors["values"].shape);
        Assert.Equal(values.bytes.ToArray(), file.Tensors["values"].bytes.ToArray());
        Assert.Equal([], file.Tensors["scalar"].shape);
        Assert.Equal([2L, 0L, 3L], file.Tensors["nothing"].shape);
    }

    [Fact]
    public void EveryFlippedBitIsNoticed()
    {
        using var matrix = tensor(new[] { 1f, -2f, 3f, 4f }).view(2, 2);
        Write(new() { ["weights"] = matrix }, new() { ["step"] = "12" });
        Assert.Equal("12", Assert.Single(SafetensorsFile.ReadMetadata(FilePath)).Value); // the checksum does not show
        var bytes = File.ReadAllBytes(FilePath);
        var key = Encoding.UTF8.GetString(bytes).IndexOf(FileChecksum.Key, StringComparison.Ordinal);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            // A file whose checksum has another name is one without, as those of other programs are.
            if (bit / 8 >= key && bit / 8 < key + FileChecksum.Key.Length)
                continue;
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(FilePath, bytes);
            Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(FilePath));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void TheBytesAreThoseThatPythonWrites()
    {
        using var matrix = tensor(new[] { 1f, 2f, 3f, 4f }).view(2, 2);
        using var count = tensor(7L);
        using var flag = tensor(new[] { true });
        var tensors = new Dictionary<string, Tensor> { ["flag"] = flag, ["b"] = matrix, ["a"] = matrix, ["count"] = count };
        Write(tensors, new() { ["format"] = "pt" });

        var bytes = File.ReadAllBytes(FilePath);
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        const string Header = """
            {"__metadata__":{"format":"pt"},
            "count":{"dtype":"I64","shape":[],"data_offsets":[0,8]},
            "a":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]},
            "b":{"dtype":"F32","shape":[2,2],"data_offsets":[24,40]},
            "flag":{"dtype":"BOOL","shape":[1],"data_offsets":[40,41]}}
            """;
        var written = Regex.Replace(Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' '), $",\"{FileChecksum.Key}\":\"[0-9a-f]{{32}}\"", "");
        Assert.Equal(Header.ReplaceLineEndings(""), written);
        Assert.Equal(8 + length + 41, bytes.Length);
        Assert.Equal(7, BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8 + length)));
        Assert.Equal(2f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(8 + length + 12)));
        Assert.Equal(1, bytes[^1]);
    }

    [Fact]
    public void StridedAndTrainableTensorsAreWrittenInReadingOrder()
    {
        using var plain = arange(24, ScalarType.Float32).view(2, 3, 4);
        using var turned = plain.permute(2, 0, 1);
        using var part = plain.narrow(1, 1, 2);
        using var trainable = new TorchSharp.Modules.Parameter(plain.clone());
        Write(new() { ["turned"] = turned, ["part"] = part, ["trainable"] = trainable });
        using var file = SafetensorsFile.Read(FilePath);
        Assert.True(file.Tensors["turned"].allclose(turned, 0, 0));
        Assert.True(file.Tensors["part"].allclose(part, 0, 0));
        Assert.True(file.Tensors["trainable"].allclose(plain, 0, 0));
        Assert.False(file.Tensors["trainable"].requires_grad);
    }

    [Fact]
    public void MetadataComesBackAndTheOrderOfInsertionDoesNotMatter()
    {
        using var one = ones(3);
        var metadata = new Dictionary<string, string> { ["z"] = "", ["task"] = "rotation \"é\" \n{}", ["a"] = "[0.5]" };
        Write(new() { ["x"] = one, ["y"] = one }, metadata);
        var first = File.ReadAllBytes(FilePath);
        Assert.Equal(metadata.OrderBy(pair => pair.Key), SafetensorsFile.ReadMetadata(FilePath).OrderBy(pair => pair.Key));

        Write(new() { ["y"] = one, ["x"] = one }, metadata.Reverse().ToDictionary());
        Assert.Equal(first, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void AFailedWriteLeavesTheOldFileAndNothingElse()
    {
        using var one = ones(3);
        Write(new() { ["x"] = one });
        var before = File.ReadAllBytes(FilePath);
        Assert.Throws<ArgumentException>(() => Write(new() { ["__metadata__"] = one }));
        Assert.Throws<IOException>(() => AtomicFile.Write(FilePath, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("the disk is full");
        }));
        Assert.Equal(before, File.ReadAllBytes(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(folder));
    }

    [Fact]
    public void AnUnknownScalarTypeIsNamed()
    {
        using var complex = zeros(2, dtype: ScalarType.ComplexFloat32);
        var error = Assert.Throws<ArgumentException>(() => Write(new() { ["c"] = complex }));
        Assert.Contains("'c'", error.Message);
        Assert.False(File.Exists(FilePath));
    }

    [Theory]
    [InlineData("[]", 0, "'{'")]
    [InlineData(" {}", 0, "'{'")]
    [InlineData("{", 0, "JSON")]
    [InlineData("{'a':1}", 0, "'a'")]
    [InlineData("{'a\\ud800':1}", 0, "JSON")]
    [InlineData("{'a':[]}", 0, "'a'")]
    [InlineData("{'a':{}}", 0, "'a'")]
    [InlineData("{'__metadata__':[]}", 0, "__metadata__")]
    [InlineData("{'__metadata__':{'k':1}}", 0, "'k'")]
    [InlineData("{'a':{'dtype':'F8_E4M3','shape':[1],'data_offsets':[0,1]}}", 2, "follow")]
    [InlineData("{'a':{'dtype':4,'shape':[1],'data_offsets':[0,1]}}", 1, "dtype")]
    [InlineData("{'a':{'dtype':'U8','shape':1,'data_offsets':[0,1]}}", 1, "shape")]
    [InlineData("{'a':{'dtype':'U8','shape':[-1],'data_offsets':[0,1]}}", 1, "shape")]
    [InlineData("{'a':{'dtype':'U8','shape':[1.5],'data_offsets':[0,1]}}", 1, "shape")]
    [InlineData("{'a':{'dtype':'U8','shape':[99999999999999999999],'data_offsets':[0,1]}}", 1, "shape")]
    [InlineData("{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,0]}}", 0, "impossible")]
    [InlineData("{'a':{'dtype':'F32','shape':[0,4294967296,4294967296],'data_offsets':[0,0]}}", 0, "impossible")]
    [InlineData("{'a':{'dtype':'U8','shape':[1],'data_offsets':[0]}}", 1, "data_offsets")]
    [InlineData("{'a':{'dtype':'U8','shape':[1],'data_offsets':[1,0]}}", 1, "data_offsets")]
    [InlineData("{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,7]}}", 7, "8 bytes")]
    [InlineData("{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]}}", 1, "follow")]
    [InlineData("{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}}", 2, "follow")]
    [InlineData("{'a':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}}", 2, "starts at")]
    [InlineData("{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},'b':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}}", 3, "'b'")]
    [InlineData("{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'b':{'dtype':'U8','shape':[1],'data_offsets':[2,3]}}", 3, "'b'")]
    [InlineData("{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'a':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}}", 2, "JSON")]
    [InlineData("{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1],'more':0}}", 1, "'a'")]
    [InlineData("{'a':{'dtype':'BOOL','shape':[1],'data_offsets':[0,1]}}", 1, "BOOL")]
    public void AMalformedFileIsRefusedByName(string header, int dataLength, string problem)
    {
        var text = Encoding.UTF8.GetBytes(header.Replace('\'', '"'));
        WriteRaw((ulong)text.Length, [.. text, .. Enumerable.Repeat((byte)2, dataLength)]);
        Refused(problem);
    }

    [Fact]
    public void AWrongHeaderLengthIsRefusedBeforeAnythingIsAllocated()
    {
        foreach (var length in new[] { 3UL, SafetensorsHeader.LengthLimit + 1UL, ulong.MaxValue, 1UL << 63 })
        {
            WriteRaw(length, "{}"u8.ToArray());
            Refused("claims");
        }
        WriteRaw(0, []);
        Refused("'{'");
        WriteRaw(4, [(byte)'{', (byte)'"', 0xff, (byte)'"']);
        Refused("JSON");
    }

    [Fact]
    public void ACutOffFileIsAlwaysRefused()
    {
        using var values = arange(40, ScalarType.Float32);
        using var counts = arange(5, ScalarType.Int64);
        Write(new() { ["v"] = values, ["c"] = counts }, new() { ["k"] = "v" });
        var whole = File.ReadAllBytes(FilePath);
        for (var length = 0; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            Refused("");
        }
        File.WriteAllBytes(FilePath, [.. whole, 0]);
        Refused("follow");
    }

    [Fact]
    public void AnEmptyFileOfTheFormatHasNoTensors()
    {
        Write([]);
        using var file = SafetensorsFile.Read(FilePath);
        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(File.ReadAllBytes(FilePath).AsMemory(8)).RootElement.ValueKind);
    }

    private void Write(Dictionary<string, Tensor> tensors, Dictionary<string, string>? metadata = null) =>
        SafetensorsFile.Write(FilePath, tensors, metadata ?? []);

    private void Refused(string problem)
    {
        var before = LiveTensors.Count();
        var error = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(FilePath).Dispose());
        Assert.Contains(FilePath, error.Message);
        Assert.Contains(problem, error.Message);
        Assert.Equal(before, Tensor.TotalCount);
    }

    private void WriteRaw(ulong headerLength, byte[] rest)
    {
        var bytes = new byte[8 + rest.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, headerLength);
        rest.CopyTo(bytes, 8);
        File.WriteAllBytes(FilePath, bytes);
    }
}
