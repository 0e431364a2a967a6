using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SelfSup.Data;

/// <summary>Finds pictures of which so much is clipped to the darkest or brightest values that they may hold values far beyond these.</summary>
internal static class Clipping
{
    // Few photos have as much; the data of these are then looked at.
    private const int Share = 64;

    /// <summary>Whether a 64th of the pixels or more lie in groups of four of which each has a color that is 0 or 255.</summary>
    public static bool IsConspicuous(ReadOnlySpan<byte> rgba)
    {
        var (none, full) = (Vector128<byte>.Zero, Vector128<byte>.AllBitsSet);
        var colors = Vector128.Create(BitConverter.IsLittleEndian ? 0x00FFFFFFu : 0xFFFFFF00u).AsByte();
        var fours = MemoryMarshal.Cast<byte, Vector128<byte>>(rgba);
        var clipped = 0;
        foreach (var four in fours)
        {
            var extreme = (Vector128.Equals(four, none) | Vector128.Equals(four, full)) & colors;
            clipped += Vector128.EqualsAny(extreme.AsUInt32(), Vector128<uint>.Zero) ? 0 : 1;
        }
        return clipped > 0 && clipped >= fours.Length / Share;
    }
}
