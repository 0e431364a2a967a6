using System.Buffers.Binary;
using System.IO.Hashing;
using static System.Buffers.Binary.BinaryPrimitives;

namespace SelfSup.Data;

/// <summary>The head of a file of packed images, as <see cref="PackedImages"/> describes it.</summary>
internal sealed record PackHeader(int Side, int Frames, int Count, bool IsLabeled, ulong Fingerprint, long TableLength, ulong TableChecksum)
{
    /// <summary>Where the records begin: a page of the memory map.</summary>
    public const int RecordsOffset = 4096;

    public const int MaxSide = 16384;
    public const int MaxFrames = 1 << FrameBits;
    private const int Version = 1;
    private const int Length = 64;
    private const int LabeledFlag = 1;
    private const int FrameShift = 8;
    private const int FrameBits = 16;

    public int RecordBytes => Frames * 3 * Side * Side;

    public long TableOffset => RecordsOffset + (long)Count * RecordBytes;

    private static ReadOnlySpan<byte> Magic => "SSPACKED"u8;

    /// <summary>Whether a file begins as packed images do, whatever follows.</summary>
    public static bool HasMagic(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[Magic.Length];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(Magic);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        Magic.CopyTo(bytes);
        WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        WriteInt32LittleEndian(bytes.AsSpan(12), (IsLabeled ? LabeledFlag : 0) | (Frames - 1) << FrameShift);
        WriteInt32LittleEndian(bytes.AsSpan(16), Side);
        WriteInt32LittleEndian(bytes.AsSpan(20), Count);
        WriteUInt64LittleEndian(bytes.AsSpan(24), Fingerprint);
        WriteInt64LittleEndian(bytes.AsSpan(32), TableOffset);
        WriteInt64LittleEndian(bytes.AsSpan(40), TableLength);
        WriteUInt64LittleEndian(bytes.AsSpan(48), TableChecksum);
        WriteUInt64LittleEndian(bytes.AsSpan(56), XxHash3.HashToUInt64(bytes.AsSpan(0, 56)));
        return bytes;
    }

    /// <summary>Reads the head of a file and holds it against the file's length.</summary>
    /// <exception cref="InvalidDataException">It is no such file, or damaged; the message is the reason.</exception>
    public static PackHeader Read(Stream file)
    {
        var bytes = new byte[Length];
        var read = file.ReadAtLeast(bytes, Length, throwOnEndOfStream: false);
        if (!bytes.AsSpan().StartsWith(Magic))
            throw new InvalidDataException("it is not a file of packed images");
        if (read < Length)
            throw new InvalidDataException($"it is truncated to {read} bytes");
        if (ReadInt32LittleEndian(bytes.AsSpan(8)) is var version && version != Version)
            throw new InvalidDataException($"its format is version {version}, and this library reads version {Version}");
        if (ReadUInt64LittleEndian(bytes.AsSpan(56)) != XxHash3.HashToUInt64(bytes.AsSpan(0, 56)))
            throw new InvalidDataException("its header is damaged");

        var flags = ReadInt32LittleEndian(bytes.AsSpan(12));
        var header = new PackHeader(
            ReadInt32LittleEndian(bytes.AsSpan(16)), 1 + (flags >> FrameShift & MaxFrames - 1), ReadInt32LittleEndian(bytes.AsSpan(20)),
            (flags & LabeledFlag) != 0,
            ReadUInt64LittleEndian(bytes.AsSpan(24)), ReadInt64LittleEndian(bytes.AsSpan(40)), ReadUInt64LittleEndian(bytes.AsSpan(48)));
        if (header.Side is < 1 or > MaxSide || header.Count < 1 || (flags & ~(LabeledFlag | MaxFrames - 1 << FrameShift)) != 0
            || (Int128)header.Frames * 3 * header.Side * header.Side > Array.MaxLength
            || header.TableLength < 0 || header.TableLength > Array.MaxLength
            || ReadInt64LittleEndian(bytes.AsSpan(32)) != header.TableOffset)
        {
            throw new InvalidDataException("its header makes no sense");
        }
        var expected = header.TableOffset + header.TableLength;
        if (file.Length != expected)
            throw new InvalidDataException($"it has {file.Length:N0} bytes, not the {expected:N0} that its header tells");
        return header;
    }
}
