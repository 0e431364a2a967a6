namespace SelfSup.Data;

/// <summary>
/// Which tables a JPEG file has brought so far. libjpeg keeps those of the file before, so that a file without would be decoded with
/// another's.
/// </summary>
internal struct JpegTables
{
    private const int Tables = 4;

    // A bit for every table.
    private int quantization, dc, ac;

    /// <summary>Notes the tables of a segment, if it is one of tables.</summary>
    public void Add(byte marker, ReadOnlySpan<byte> segment)
    {
        if (marker == JpegMarkers.QuantizationTables)
            AddQuantization(segment);
        else if (marker == JpegMarkers.HuffmanTables)
            AddHuffman(segment);
    }

    /// <summary>Whether the components of a scan have their quantization tables.</summary>
    public readonly bool HaveQuantization(JpegFrame frame, ReadOnlySpan<byte> scan)
    {
        for (var i = 0; i < PartsOf(scan); i++)
        {
            var id = scan[1 + 2 * i];
            foreach (var component in frame.Components)
            {
                if (component.Id == id && !Has(quantization, component.Quantization))
                    return false;
            }
        }
        return true;
    }

    /// <summary>Whether a scan has its Huffman tables.</summary>
    public readonly bool HaveHuffman(JpegFrame frame, ReadOnlySpan<byte> scan)
    {
        var parts = PartsOf(scan);
        if (parts == 0)
            return false;
        var band = scan[(1 + 2 * parts)..];
        var needsDc = !frame.IsProgressive || band[0] == 0 && band[2] >> 4 == 0;
        var needsAc = !frame.IsProgressive || band[0] > 0;
        for (var i = 0; i < parts; i++)
        {
            var tables = scan[2 + 2 * i];
            if (needsDc && !Has(dc, tables >> 4) || needsAc && !Has(ac, tables & 15))
                return false;
        }
        return true;
    }

    private void AddQuantization(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 64)
        {
            var length = 1 + 64 * (segment[0] >> 4 == 0 ? 1 : 2);
            if (segment.Length < length)
                return;
            quantization |= 1 << (segment[0] & 15);
            segment = segment[length..];
        }
    }

    private void AddHuffman(ReadOnlySpan<byte> segment)
    {
        const int lengths = 16;
        while (segment.Length > lengths)
        {
            var symbols = 0;
            foreach (var count in segment.Slice(1, lengths))
                symbols += count;
            if (segment.Length < 1 + lengths + symbols)
                return;
            var bit = 1 << (segment[0] & 15);
            (dc, ac) = segment[0] < 16 ? (dc | bit, ac) : (dc, ac | bit);
            segment = segment[(1 + lengths + symbols)..];
        }
    }

    private static int PartsOf(ReadOnlySpan<byte> scan) => scan.Length > 0 && scan.Length >= 4 + 2 * scan[0] ? scan[0] : 0;

    private static bool Has(int tables, int number) => number < Tables && (tables >> number & 1) != 0;
}
