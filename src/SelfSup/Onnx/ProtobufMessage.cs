using System.Buffers.Binary;
using System.Text;

namespace SelfSup.Onnx;

/// <summary>A message in protobuf's wire format, as it grows field by field.</summary>
/// <remarks>Messages and bytes that become part of one are referred to, not copied: a model's weights are most of it.</remarks>
internal sealed class ProtobufMessage
{
    private enum Wire
    {
        Varint = 0,
        Bytes = 2,
        Fixed32 = 5,
    }

    private readonly List<ReadOnlyMemory<byte>> parts = [];

    /// <summary>Bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>Adds an integer.</summary>
    public ProtobufMessage Add(int field, long value)
    {
        Begin(field, Wire.Varint);
        AddVarint((ulong)value);
        return this;
    }

    /// <summary>Adds one field for each integer.</summary>
    public ProtobufMessage Add(int field, IEnumerable<long> values)
    {
        foreach (var value in values)
            Add(field, value);
        return this;
    }

    /// <summary>Adds a number.</summary>
    public ProtobufMessage Add(int field, float value)
    {
        Begin(field, Wire.Fixed32);
        var bytes = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        Append(bytes);
        return this;
    }

    /// <summary>Adds a text.</summary>
    public ProtobufMessage Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Adds one field for each text.</summary>
    public ProtobufMessage Add(int field, IEnumerable<string> values)
    {
        foreach (var value in values)
            Add(field, value);
        return this;
    }

    /// <summary>Adds bytes, which must not change any more.</summary>
    public ProtobufMessage Add(int field, byte[] value)
    {
        Begin(field, Wire.Bytes);
        AddVarint((ulong)value.Length);
        Append(value);
        return this;
    }

    /// <summary>Adds a message, as it is now.</summary>
    public ProtobufMessage Add(int field, ProtobufMessage value)
    {
        Begin(field, Wire.Bytes);
        AddVarint((ulong)value.Length);
        parts.AddRange(value.parts);
        Length += value.Length;
        return this;
    }

    /// <summary>Adds one field for each message.</summary>
    public ProtobufMessage Add(int field, IEnumerable<ProtobufMessage> values)
    {
        foreach (var value in values)
            Add(field, value);
        return this;
    }

    /// <summary>Writes the message's bytes.</summary>
    public void WriteTo(Stream stream)
    {
        foreach (var part in parts)
            stream.Write(part.Span);
    }

    private void Begin(int field, Wire wire) => AddVarint(((ulong)field << 3) | (ulong)wire);

    // Seven bits a byte, the lowest first; the eighth tells that more follow.
    private void AddVarint(ulong value)
    {
        var bytes = new List<byte>(10);
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        Append(bytes.ToArray());
    }

    private void Append(byte[] bytes)
    {
        parts.Add(bytes);
        Length += bytes.Length;
    }
}
