using System.Buffers.Binary;
using System.Text;

namespace SelfSup.Tests.Files;

/// <summary>Writes pickles as torch.save does, and such as it never would.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream stream = new();

    public PickleWriter(byte protocol = 2) => Bytes(0x80, protocol);

    /// <summary>A dictionary of named values as a whole pickle.</summary>
    public static byte[] Dictionary(params (string Name, Action<PickleWriter> Value)[] entries) =>
        new PickleWriter().Dict(entries).Stop();

    public static Action<PickleWriter> Tensor(string type, string key, long count, long offset, long[] shape, long[] strides) =>
        writer => writer.Global("torch._utils", "_rebuild_tensor_v2").Op('(')
            .Storage(type, key, count).Int(offset).Tuple(shape).Tuple(strides).Bytes(0x89)
            .Global("collections", "OrderedDict").Op(')').Op('R')
            .Op('t').Op('R');

    public byte[] Stop() => Op('.').stream.ToArray();

    public PickleWriter Op(char opcode) => Bytes((byte)opcode);

    public PickleWriter Bytes(params ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        return this;
    }

    public PickleWriter Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Op('X').UInt32((uint)bytes.Length).Bytes(bytes);
    }

    public PickleWriter ShortText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Bytes(0x8c, (byte)bytes.Length).Bytes(bytes);
    }

    public PickleWriter Global(string module, string name) => Op('c').Bytes(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleWriter Int(long value)
    {
        if (value is >= 0 and < 256)
            return Op('K').Bytes((byte)value);
        if (value is >= 0 and < 65536)
            return Op('M').Bytes((byte)value, (byte)(value >> 8));
        if (value == (int)value)
            return Op('J').UInt32((uint)value);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Bytes(0x8a, 8).Bytes(bytes);
    }

    public PickleWriter UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Bytes(bytes);
    }

    public PickleWriter Tuple(params long[] values)
    {
        Op('(');
        foreach (var value in values)
            Int(value);
        return Op('t');
    }

    public PickleWriter Storage(string type, string key, long count) =>
        Op('(').Text("storage").Global("torch", type).Text(key).Text("cpu").Int(count).Op('t').Op('Q');

    public PickleWriter Dict(params (string Name, Action<PickleWriter> Value)[] entries)
    {
        Op('}').Op('(');
        foreach (var (name, value) in entries)
            value(Text(name));
        return Op('u');
    }
}
