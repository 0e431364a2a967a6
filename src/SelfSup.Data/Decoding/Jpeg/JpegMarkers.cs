using System.Buffers.Binary;

namespace SelfSup.Data;

/// <summary>The markers of a JPEG file one after another, as libjpeg finds them: bytes between segments and compressed data are passed over.</summary>
internal ref struct JpegMarkers(ReadOnlySpan<byte> jpeg)
{
    public const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA;
    public const byte FirstRestart = 0xD0, LastRestart = 0xD7;
    public const byte HuffmanTables = 0xC4, QuantizationTables = 0xDB, RestartInterval = 0xDD;
    private const byte Prefix = 0xFF, Temporary = 0x01;

    private readonly ReadOnlySpan<byte> jpeg = jpeg;

    /// <summary>The code of the current marker.</summary>
    public byte Marker { get; private set; }

    /// <summary>What its segment holds, without the length.</summary>
    public ReadOnlySpan<byte> Segment { get; private set; }

    /// <summary>Where the segment ends, and compressed data begin after <see cref="StartOfScan"/>.</summary>
    public int Position { get; private set; } = 2;

    /// <summary>Goes to the next marker; false where the file ends before the marker's segment does.</summary>
    public bool MoveNext()
    {
        Segment = default;
        do
        {
            var prefix = jpeg[Position..].IndexOf(Prefix);
            var code = prefix < 0 ? -1 : jpeg[(Position + prefix)..].IndexOfAnyExcept(Prefix);
            if (code < 0)
                return false;
            Position += prefix + code;
            Marker = jpeg[Position++];
        }
        while (Marker == 0);
        if (Marker is Temporary or (>= FirstRestart and <= EndOfImage))
            return true;
        if (Position + 2 > jpeg.Length)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[Position..]);
        if (length < 2 || Position + length > jpeg.Length)
            return false;
        Segment = jpeg.Slice(Position + 2, length - 2);
        Position += length;
        return true;
    }
}
