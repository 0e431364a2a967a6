using System.Buffers.Binary;

namespace SelfSup.Data;

/// <summary>What decoders do not tell of a JPEG file: they fill in gray for data that are missing, and take their time for any number of scans.</summary>
internal static class JpegFile
{
    // Encoders write about ten. Each goes over the whole picture again, so that a small file could keep a decoder busy for hours.
    private const int MaxScans = 100;

    /// <summary>Whether a file begins as a JPEG does.</summary>
    public static bool IsJpeg(ReadOnlySpan<byte> file) => file.StartsWith<byte>([0xFF, JpegMarkers.StartOfImage, 0xFF]);

    /// <summary>Why a file is refused whatever its data; null if it is not. Quick: it looks at the markers.</summary>
    /// <param name="jpeg">The file.</param>
    /// <param name="bringsCodes">Whether it has all of the Huffman tables that it is coded with.</param>
    public static string? ReasonAgainst(ReadOnlySpan<byte> jpeg, out bool bringsCodes)
    {
        bringsCodes = true;
        var scans = 0;
        JpegFrame? frame = null;
        var tables = new JpegTables();
        var markers = new JpegMarkers(jpeg);
        while (markers.MoveNext())
        {
            if (markers.Marker == JpegMarkers.EndOfImage)
                return frame?.IsWhole is false ? "the file is truncated: scans are missing from the JPEG" : null;
            tables.Add(markers.Marker, markers.Segment);
            if (JpegFrame.IsHeader(markers.Marker))
            {
                if (JpegFrame.UnreadKind(markers.Marker, markers.Segment) is { } kind)
                    return UnreadableFile.ReasonFor(kind, "save it as an ordinary JPEG of 8 bits");
                frame ??= JpegFrame.Read(markers.Marker, markers.Segment);
            }
            if (markers.Marker != JpegMarkers.StartOfScan)
                continue;
            if (++scans > MaxScans)
                return $"the JPEG has more than {MaxScans} scans";
            if (frame is null)
                continue;
            frame.AddScan(markers.Segment);
            bringsCodes &= tables.HaveHuffman(frame, markers.Segment);
            if (!tables.HaveQuantization(frame, markers.Segment))
                return "the file is damaged: the JPEG lacks a quantization table";
        }
        return null;
    }

    /// <summary>Follows the compressed data to the last block.</summary>
    /// <returns>Whether the file has its end marker; the data are there in either case.</returns>
    /// <exception cref="ImageReadException">Data are missing, or nobody can tell.</exception>
    public static bool CheckComplete(ReadOnlySpan<byte> jpeg) => Follow(jpeg, null, out _);

    /// <summary>
    /// Whether the data hold values far out of the range of a picture, as damaged ones can. What becomes of these depends on the processor:
    /// libjpeg-turbo's vector code ends at the largest value of 16 bits, its other code goes round within 10 bits.
    /// </summary>
    /// <exception cref="ImageReadException">Data are missing, or nobody can tell.</exception>
    public static bool HasExtremeValues(ReadOnlySpan<byte> jpeg)
    {
        Follow(jpeg, new int[4][], out var isExtreme);
        return isExtreme;
    }

    /// <summary>Follows the compressed data, and weighs its values if there is room for the quantization tables.</summary>
    private static bool Follow(ReadOnlySpan<byte> jpeg, int[]?[]? quantization, out bool isExtreme)
    {
        isExtreme = false;
        JpegFrame? frame = null;
        var (dc, ac) = (new HuffmanCode?[4], new HuffmanCode?[4]);
        var restartInterval = 0;
        var isWhole = false;
        var markers = new JpegMarkers(jpeg);
        while (markers.MoveNext())
        {
            var segment = markers.Segment;
            if (markers.Marker == JpegMarkers.EndOfImage)
                return true;
            if (isWhole)
                continue;
            if (markers.Marker == JpegMarkers.HuffmanTables)
                ReadTables(segment, dc, ac);
            else if (markers.Marker == JpegMarkers.QuantizationTables && quantization is not null)
                ReadQuantization(segment, quantization);
            else if (markers.Marker == JpegMarkers.RestartInterval && segment.Length >= 2)
                restartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
            else if (JpegFrame.IsHeader(markers.Marker))
                frame ??= JpegFrame.Read(markers.Marker, segment);
            else if (markers.Marker == JpegMarkers.StartOfScan)
            {
                if (frame is null || !JpegScan.TryRead(segment, frame, (dc, ac, quantization), out var scan))
                    throw new ImageReadException("the file is damaged: a scan of the JPEG lacks its tables or has a malformed header");
                if (!scan.IsComplete(new EntropyBits(jpeg, markers.Position), restartInterval))
                    throw new ImageReadException(ReasonIncomplete(markers));
                isExtreme |= scan.HasExtremeValues;
                // Of a progressive file without an end nobody knows whether scans are missing.
                frame.AddScan(segment);
                isWhole = !frame.IsProgressive && frame.IsWhole;
            }
        }
        if (!isWhole)
            throw new ImageReadException("the file is truncated");
        return false;
    }

    private static string ReasonIncomplete(JpegMarkers markers)
    {
        while (markers.MoveNext())
        {
            if (markers.Marker == JpegMarkers.EndOfImage)
                return "the file is damaged: its data end before the picture does";
        }
        return "the file is truncated";
    }

    private static void ReadTables(ReadOnlySpan<byte> segment, HuffmanCode?[] dc, HuffmanCode?[] ac)
    {
        const int lengths = 16;
        while (segment.Length > lengths)
        {
            var kind = segment[0];
            var counts = segment.Slice(1, lengths);
            var symbols = 0;
            foreach (var count in counts)
                symbols += count;
            if (segment.Length < 1 + lengths + symbols || (kind & 0xEF) > 3)
                return;
            (kind >= 16 ? ac : dc)[kind & 3] = HuffmanCode.Create(counts, segment.Slice(1 + lengths, symbols));
            segment = segment[(1 + lengths + symbols)..];
        }
    }

    private static void ReadQuantization(ReadOnlySpan<byte> segment, int[]?[] tables)
    {
        while (segment.Length > 64)
        {
            var (kind, bytes) = (segment[0], segment[0] >> 4 == 0 ? 1 : 2);
            if (segment.Length < 1 + 64 * bytes || (kind & 15) > 3)
                return;
            var table = tables[kind & 15] = new int[64];
            for (var k = 0; k < 64; k++)
                table[k] = bytes == 1 ? segment[1 + k] : BinaryPrimitives.ReadUInt16BigEndian(segment[(1 + 2 * k)..]);
            segment = segment[(1 + 64 * bytes)..];
        }
    }
}
