using System.Numerics;

namespace SelfSup.Data;

/// <summary>One scan of a JPEG file, read for its length alone: it is followed from code to code, but nothing is made of the values.</summary>
internal ref struct JpegScan
{
    private readonly JpegFrame frame;
    private readonly (JpegFrame.Component Component, HuffmanCode? Dc, HuffmanCode? Ac)[] parts;
    private readonly int first, last; // coefficients
    private readonly int refinedFrom; // the lowest bit known before, 0 if there is none
    private int endOfBandRun;

    private JpegScan(
        JpegFrame frame, (JpegFrame.Component, HuffmanCode?, HuffmanCode?)[] parts, int first, int last, int refinedFrom)
    {
        this.frame = frame;
        this.parts = parts;
        (this.first, this.last, this.refinedFrom) = (first, last, refinedFrom);
    }

    /// <summary>Reads a scan header; false if it is malformed or needs a table that is neither in the file nor standard.</summary>
    public static bool TryRead(ReadOnlySpan<byte> segment, JpegFrame frame, HuffmanCode?[] dc, HuffmanCode?[] ac, out JpegScan scan)
    {
        scan = default;
        if (segment.Length < 1 || segment[0] is < 1 or > 4 || segment.Length < 4 + 2 * segment[0])
            return false;
        var parts = new (JpegFrame.Component Component, HuffmanCode? Dc, HuffmanCode? Ac)[segment[0]];
        for (var i = 0; i < parts.Length; i++)
        {
            var (id, tables) = (segment[1 + 2 * i], segment[2 + 2 * i]);
            var component = Array.Find(frame.Components, component => component.Id == id);
            if (component is null)
                return false;
            parts[i] = (component, CodeOf(dc, tables >> 4), CodeOf(ac, tables & 15));
            if (!frame.IsProgressive)
                parts[i] = (component, parts[i].Dc ?? StandardHuffmanCodes.Dc(tables >> 4), parts[i].Ac ?? StandardHuffmanCodes.Ac(tables & 15));
        }
        var band = segment[(1 + 2 * parts.Length)..];
        // Sequential decoders do not look at the band.
        scan = frame.IsProgressive
            ? new JpegScan(frame, parts, band[0], band[1], band[2] >> 4)
            : new JpegScan(frame, parts, 0, 63, 0);
        if (!scan.IsValid())
            return false;
        if (scan.first > 0)
            parts[0].Component.NonZero ??= new ulong[parts[0].Component.BlocksWide * parts[0].Component.BlocksHigh];
        return true;
    }

    /// <summary>Follows the scan; false if its data end before the last block.</summary>
    public bool IsComplete(EntropyBits bits, int restartInterval)
    {
        var only = parts.Length == 1 ? parts[0].Component : null;
        var (wide, high) = only is null ? (frame.McusWide, frame.McusHigh) : (only.BlocksWide, only.BlocksHigh);
        var (untilRestart, restarts) = (restartInterval, 0);
        for (var y = 0; y < high; y++)
        {
            for (var x = 0; x < wide; x++)
            {
                if (restartInterval > 0 && untilRestart-- == 0)
                {
                    if (!bits.TryRestart(restarts++ & 7))
                        return false;
                    untilRestart = restartInterval - 1;
                    endOfBandRun = 0;
                }
                if (only is null)
                    ReadGroup(ref bits);
                else
                    ReadBlock(ref bits, 0, y * wide + x);
                if (bits.IsShort)
                    return false;
            }
        }
        return true;
    }

    /// <summary>A table of the file; null if there is none of that number, which is no fault where the scan does not use it.</summary>
    private static HuffmanCode? CodeOf(HuffmanCode?[] codes, int table) => table < codes.Length ? codes[table] : null;

    private readonly bool IsValid()
    {
        if (first > last || last > 63)
            return false;
        var needsDc = first == 0 && refinedFrom == 0;
        var needsAc = frame.IsProgressive ? first > 0 : last > 0;
        if (frame.IsProgressive && (first == 0 ? last > 0 : parts.Length > 1))
            return false;
        foreach (var (_, dc, ac) in parts)
        {
            if (needsDc && dc is null || needsAc && ac is null)
                return false;
        }
        return true;
    }

    private void ReadGroup(ref EntropyBits bits)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            for (var block = parts[i].Component.Horizontal * parts[i].Component.Vertical; block > 0; block--)
                ReadBlock(ref bits, i, 0);
        }
    }

    /// <summary>Reads a block; the place matters for those of single components only.</summary>
    private void ReadBlock(ref EntropyBits bits, int part, int place)
    {
        var (component, dc, ac) = parts[part];
        if (first == 0)
        {
            bits.Skip(refinedFrom > 0 ? 1 : dc!.Read(ref bits) & 15);
            if (!frame.IsProgressive)
                ReadSequential(ref bits, ac!);
        }
        else if (refinedFrom == 0)
        {
            ReadBand(ref bits, ac!, ref component.NonZero![place]);
        }
        else
        {
            RefineBand(ref bits, ac!, ref component.NonZero![place]);
        }
    }

    private static void ReadSequential(ref EntropyBits bits, HuffmanCode ac)
    {
        for (var k = 1; k < 64;)
            k += ac.PassCoefficient(ref bits);
    }

    private void ReadBand(ref EntropyBits bits, HuffmanCode ac, ref ulong nonZero)
    {
        if (endOfBandRun > 0)
        {
            endOfBandRun--;
            return;
        }
        for (var k = first; k <= last; k++)
        {
            var symbol = ac.Read(ref bits);
            var (run, size) = (symbol >> 4, symbol & 15);
            if (size == 0 && run < 15)
            {
                endOfBandRun = (1 << run) - 1 + bits.Take(run);
                break;
            }
            k += run;
            bits.Skip(size);
            if (size > 0)
                nonZero |= 1UL << Math.Min(k, 63);
        }
    }

    private void RefineBand(ref EntropyBits bits, HuffmanCode ac, ref ulong nonZero)
    {
        var k = first;
        for (; endOfBandRun == 0 && k <= last; k++)
        {
            var symbol = ac.Read(ref bits);
            var (run, size) = (symbol >> 4, symbol & 15);
            if (size == 0 && run < 15)
            {
                endOfBandRun = (1 << run) + bits.Take(run);
                break;
            }
            if (size > 0)
                bits.Skip(1);
            // Coefficients known already have a bit each; the run counts the others.
            for (; k <= last; k++)
            {
                if ((nonZero >> k & 1) != 0)
                    bits.Skip(1);
                else if (--run < 0)
                    break;
            }
            if (size > 0)
                nonZero |= 1UL << Math.Min(k, 63);
        }
        if (endOfBandRun == 0)
            return;
        var known = BitOperations.PopCount(nonZero >> k & (ulong.MaxValue >> (63 - last + k)));
        bits.Skip(Math.Min(known, 32));
        bits.Skip(Math.Max(known - 32, 0));
        endOfBandRun--;
    }
}
