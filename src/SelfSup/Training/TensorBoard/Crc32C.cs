using System.Buffers.Binary;
using System.Numerics;

namespace SelfSup.Training;

/// <summary>The checksum CRC-32C, of Castagnoli's polynomial: RFC 3720, section 12.1.</summary>
internal static class Crc32C
{
    private const uint MaskShift = 0xA282EAD8;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }

    /// <summary>The checksum as TensorFlow's records have it, which may hold checksums themselves: tensorflow/core/lib/hash/crc32c.h.</summary>
    public static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(Of(bytes), 15) + MaskShift;
}
