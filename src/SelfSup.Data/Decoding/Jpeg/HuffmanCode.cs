namespace SelfSup.Data;

/// <summary>A Huffman code of a JPEG file.</summary>
internal sealed class HuffmanCode
{
    private const int LookupBits = 9, MaxBits = 16;

    private const int EndOfBlock = 64;

    private readonly ushort[] lookup = new ushort[1 << LookupBits]; // length and symbol; 0 where the code is longer
    private readonly ushort[] steps = new ushort[1 << LookupBits]; // likewise, for coefficients: how many, and the bits of the last and of both
    private readonly int[] maxCode = new int[MaxBits + 1]; // of every length; -1 where there is none
    private readonly int[] firstSymbol = new int[MaxBits + 1]; // index of the symbol minus the code
    private readonly byte[] symbols;

    private HuffmanCode(byte[] symbols) => this.symbols = symbols;

    /// <summary>Builds the code from the number of codes of each length, 1..16, and the symbols in their order; null if there is no such code.</summary>
    public static HuffmanCode? Create(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        var result = new HuffmanCode(symbols.ToArray());
        var (code, next) = (0, 0);
        for (var length = 1; length <= MaxBits; length++, code <<= 1)
        {
            var count = counts[length - 1];
            if (code + count > 1 << length)
                return null;
            result.firstSymbol[length] = next - code;
            result.maxCode[length] = count == 0 ? -1 : code + count - 1;
            for (var i = 0; i < count; i++, code++, next++)
            {
                if (length <= LookupBits)
                {
                    var shift = LookupBits - length;
                    result.lookup.AsSpan(code << shift, 1 << shift).Fill((ushort)(length << 8 | symbols[next]));
                    result.steps.AsSpan(code << shift, 1 << shift).Fill(PackedStep(symbols[next], length));
                }
            }
        }
        return result;
    }

    /// <summary>Passes over a coefficient of a sequential scan and the zeros before it.</summary>
    /// <returns>How many these are together; 64 for the end of the block.</returns>
    public int PassCoefficient(ref EntropyBits bits)
    {
        var step = steps[bits.Peek16() >> (MaxBits - LookupBits)];
        if (step != 0)
        {
            bits.Skip(step & 31);
            return step >> 9;
        }
        var symbol = Read(ref bits);
        bits.Skip(symbol & 15);
        return StepOf(symbol);
    }

    /// <summary>Takes a coefficient of a sequential scan, and passes over the zeros before it.</summary>
    /// <returns>How many these are together; 64 for the end of the block, whose coefficient is 0.</returns>
    public int ReadCoefficient(ref EntropyBits bits, out int coefficient)
    {
        var step = steps[bits.Peek16() >> (MaxBits - LookupBits)];
        if (step != 0)
        {
            coefficient = bits.TakeCoefficient(step >> 5 & 15, after: (step & 31) - (step >> 5 & 15));
            return step >> 9;
        }
        var symbol = Read(ref bits);
        coefficient = bits.TakeCoefficient(symbol & 15);
        return StepOf(symbol);
    }

    private static ushort PackedStep(byte symbol, int length) => (ushort)(StepOf(symbol) << 9 | (symbol & 15) << 5 | length + (symbol & 15));

    private static int StepOf(int symbol) => symbol is < 0xF0 && (symbol & 15) == 0 ? EndOfBlock : (symbol >> 4) + 1;

    /// <summary>Takes a symbol. What is no code counts as a zero of 17 bits, as in libjpeg.</summary>
    public int Read(ref EntropyBits bits)
    {
        var ahead = bits.Peek16();
        var entry = lookup[ahead >> (MaxBits - LookupBits)];
        if (entry != 0)
        {
            bits.Skip(entry >> 8);
            return entry & 255;
        }
        for (var length = LookupBits + 1; length <= MaxBits; length++)
        {
            var code = ahead >> (MaxBits - length);
            if (code <= maxCode[length])
            {
                bits.Skip(length);
                return symbols[firstSymbol[length] + code];
            }
        }
        bits.Skip(MaxBits + 1);
        return 0;
    }
}
