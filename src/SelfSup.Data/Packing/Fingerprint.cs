using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace SelfSup.Data;

/// <summary>Makes one number of all that identifies a source; it changes when a part or their order does.</summary>
internal sealed class Fingerprint
{
    private readonly XxHash3 hash = new();

    /// <summary>Begins a fingerprint.</summary>
    /// <param name="kind">Keeps sources of different kinds apart.</param>
    public Fingerprint(string kind) => Add(kind);

    public ulong Value => hash.GetCurrentHashAsUInt64();

    public void Add(ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        hash.Append(bytes);
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        // The length keeps neighbors apart: "ab", "c" is not "a", "bc".
        Add((ulong)bytes.Length);
        hash.Append(bytes);
    }

    public void Add(string text) => Add(MemoryMarshal.AsBytes(text.AsSpan()));
}
