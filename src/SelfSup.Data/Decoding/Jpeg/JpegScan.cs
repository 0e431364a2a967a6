using System.Numerics;

namespace SelfSup.Data;

/// <summary>
/// One scan of a JPEG file, followed from code to code for its length, and for whether its values can be those of a picture. No picture is
/// made of them.
/// </summary>
internal ref struct JpegScan
{
    // The root of a block's squared coefficients is that of its squared samples: 1024 where all 64 are as far from the middle as they can
    // be, 128. No picture has twice as much; a block that has goes round where many samples are past 512.
    private const double MaxNorm = 2048;

    private readonly JpegFrame frame;
    private readonly (JpegFrame.Component Component, HuffmanCode? Dc, HuffmanCode? Ac)[] parts;
    private readonly int first, last; // coefficients
    private readonly int refinedFrom; // the lowest bit known before, 0 if there is none
    private readonly int missingBits; // below those of the scan
    private readonly int[] means; // of each part, in steps of its quantization
    private int endOfBandRun;
    private double energy; // of the block, where its values are weighed

    private JpegScan(
        JpegFrame frame, (JpegFrame.Component, HuffmanCode?, HuffmanCode?)[] parts, int first, int last, int bits)
    {
        this.frame = frame;
        this.parts = parts;
        (this.first, this.last) = (first, last);
        (refinedFrom, missingBits) = (bits >> 4, bits & 15);
        means = new int[parts.Length];
    }

    /// <summary>Whether a block held values that no picture has; told of components whose <see cref="JpegFrame.Component.Steps"/> are known.</summary>
    public bool HasExtremeValues { get; private set; }

    /// <summary>Reads a scan header; false if it is malformed or needs a table that is neither in the file nor standard.</summary>
    public static bool TryRead(ReadOnlySpan<byte> segment, JpegFrame frame, (HuffmanCode?[] Dc, HuffmanCode?[] Ac, int[]?[]? Quantization) tables, out JpegScan scan)
    {
        scan = default;
        if (segment.Length < 1 || segment[0] is < 1 or > 4 || segment.Length < 4 + 2 * segment[0])
            return false;
        var parts = new (JpegFrame.Component Component, HuffmanCode? Dc, HuffmanCode? Ac)[segment[0]];
        for (var i = 0; i < parts.Length; i++)
        {
            var (id, codes) = (segment[1 + 2 * i], segment[2 + 2 * i]);
            var component = Array.Find(frame.Components, component => component.Id == id);
            if (component is null)
                return false;
            if (tables.Quantization is { } quantization && component.Quantization < quantization.Length)
                component.Steps ??= quantization[component.Quantization];
            parts[i] = (component, CodeOf(tables.Dc, codes >> 4), CodeOf(tables.Ac, codes & 15));
            if (!frame.IsProgressive)
                parts[i] = (component, parts[i].Dc ?? StandardHuffmanCodes.Dc(codes >> 4), parts[i].Ac ?? StandardHuffmanCodes.Ac(codes & 15));
        }
        var band = segment[(1 + 2 * parts.Length)..];
        // Sequential decoders do not look at the band.
        scan = frame.IsProgressive
            ? new JpegScan(frame, parts, band[0], band[1], band[2])
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
                    means.AsSpan().Clear();
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
        energy = 0;
        if (first == 0)
        {
            ReadMean(ref bits, part);
            if (!frame.IsProgressive)
                ReadSequential(ref bits, ac!, component.Steps);
        }
        else if (refinedFrom == 0)
        {
            ReadBand(ref bits, ac!, component.Steps, ref component.NonZero![place]);
        }
        else
        {
            RefineBand(ref bits, ac!, ref component.NonZero![place]);
        }
        HasExtremeValues |= energy > MaxNorm * MaxNorm;
    }

    private void ReadMean(ref EntropyBits bits, int part)
    {
        if (refinedFrom > 0)
        {
            bits.Skip(1);
            return;
        }
        var (component, dc, _) = parts[part];
        // Every mean is coded by its difference to the one before.
        means[part] += bits.TakeCoefficient(dc!.Read(ref bits) & 15);
        Weigh(means[part], 0, component.Steps);
    }

    private void ReadSequential(ref EntropyBits bits, HuffmanCode ac, int[]? steps)
    {
        for (var k = 1; k < 64;)
        {
            if (steps is null)
            {
                k += ac.PassCoefficient(ref bits);
                continue;
            }
            k += ac.ReadCoefficient(ref bits, out var coefficient);
            Weigh(coefficient, k - 1, steps);
        }
    }

    private void ReadBand(ref EntropyBits bits, HuffmanCode ac, int[]? steps, ref ulong nonZero)
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
            Weigh(bits.TakeCoefficient(size), k, steps);
            if (size > 0)
                nonZero |= 1UL << Math.Min(k, 63);
        }
    }

    private void Weigh(int coefficient, int k, int[]? steps)
    {
        if (steps is null)
            return;
        var value = (double)coefficient * steps[Math.Min(k, 63)] * (1 << missingBits);
        energy += value * value;
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
