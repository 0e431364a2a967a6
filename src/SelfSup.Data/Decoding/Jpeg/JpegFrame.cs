using System.Buffers.Binary;

namespace SelfSup.Data;

/// <summary>The frame header of a JPEG file: how it is coded and of how many blocks of 8 x 8 each color component is made.</summary>
internal sealed class JpegFrame
{
    private const byte Baseline = 0xC0, Extended = 0xC1, ProgressiveCoding = 0xC2, Last = 0xCF;
    private const byte JpegExtension = 0xC8, ArithmeticConditioning = 0xCC, JpegLs = 0xF7;

    private JpegFrame(bool progressive, int width, int height, Component[] components)
    {
        IsProgressive = progressive;
        Components = components;
        var (horizontal, vertical) = (1, 1);
        foreach (var component in components)
            (horizontal, vertical) = (Math.Max(horizontal, component.Horizontal), Math.Max(vertical, component.Vertical));
        McusWide = DivideUp(width, 8 * horizontal);
        McusHigh = DivideUp(height, 8 * vertical);
        foreach (var component in components)
        {
            component.BlocksWide = DivideUp(DivideUp(width * component.Horizontal, horizontal), 8);
            component.BlocksHigh = DivideUp(DivideUp(height * component.Vertical, vertical), 8);
        }
    }

    public bool IsProgressive { get; }

    public Component[] Components { get; }

    /// <summary>Groups of blocks of all components in a row.</summary>
    public int McusWide { get; }

    /// <summary>Rows of such groups.</summary>
    public int McusHigh { get; }

    /// <summary>
    /// Whether the scans so far make the picture: the first component in all detail, the others at least in as much as was begun. Progressive
    /// files may leave coefficients out by the standard, but of the first component none does but one that was cut.
    /// </summary>
    public bool IsWhole
    {
        get
        {
            foreach (var component in Components)
            {
                if (!component.HasBegun || component.IsCoarse)
                    return false;
            }
            return Components[0].HasAllCoefficients;
        }
    }

    /// <summary>Notes what a scan brings, from its header.</summary>
    public void AddScan(ReadOnlySpan<byte> header)
    {
        if (header.Length < 1 || header.Length < 4 + 2 * header[0])
            return;
        var band = header[(1 + 2 * header[0])..];
        var (first, last, missingBits) = IsProgressive ? (band[0], band[1], band[2] & 15) : (0, 63, 0);
        for (var i = 0; i < header[0]; i++)
        {
            foreach (var component in Components)
            {
                if (component.Id == header[1 + 2 * i] && first <= last && last < 64)
                    component.Add(ulong.MaxValue << first & ulong.MaxValue >> (63 - last), missingBits > 0);
            }
        }
    }

    public static bool IsHeader(byte marker) => marker == JpegLs
        || marker is >= Baseline and <= Last and not (JpegMarkers.HuffmanTables or JpegExtension or ArithmeticConditioning);

    /// <summary>What kind of JPEG a frame header makes of a file that decoders do not have in common; null if they do.</summary>
    public static string? UnreadKind(byte marker, ReadOnlySpan<byte> segment)
    {
        var coding = marker switch
        {
            JpegLs => "a JPEG-LS file",
            0xC3 => "a lossless JPEG",
            0xC5 or 0xC6 or 0xC7 => "a hierarchical JPEG",
            0xC9 or 0xCA or 0xCB => "an arithmetic-coded JPEG",
            0xCD or 0xCE or 0xCF => "a hierarchical, arithmetic-coded JPEG",
            _ => null,
        };
        if (coding is not null)
            return $"{coding} (SOF{marker - Baseline})";
        if (segment.Length > 0 && segment[0] != 8)
            return $"a JPEG of {segment[0]} bits a color";
        return HasNoHeight(segment) ? "a JPEG whose height follows only after its data (DNL)" : null;
    }

    /// <summary>Reads the segment of a supported frame header; null if it is malformed.</summary>
    public static JpegFrame? Read(byte marker, ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 6 || segment.Length < 6 + 3 * segment[5] || segment[5] is < 1 or > 4)
            return null;
        var (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]));
        var components = new Component[segment[5]];
        for (var i = 0; i < components.Length; i++)
        {
            var (id, sampling) = (segment[6 + 3 * i], segment[7 + 3 * i]);
            components[i] = new Component(id, sampling >> 4, sampling & 15, segment[8 + 3 * i]);
            if (components[i] is not { Horizontal: >= 1 and <= 4, Vertical: >= 1 and <= 4 })
                return null;
        }
        return width == 0 || height == 0 ? null : new JpegFrame(marker == ProgressiveCoding, width, height, components);
    }

    private static bool HasNoHeight(ReadOnlySpan<byte> segment) => segment.Length > 4 && segment[1..3].IndexOfAnyExcept((byte)0) < 0;

    private static int DivideUp(int value, int by) => (value + by - 1) / by;

    /// <summary>A color component and what is known of it after the scans so far.</summary>
    internal sealed class Component(byte id, int horizontal, int vertical, byte quantization)
    {
        // A bit for every coefficient.
        private ulong begun, coarse;

        public byte Id => id;

        /// <summary>The number of its quantization table.</summary>
        public byte Quantization => quantization;

        /// <summary>Blocks in a group, along x.</summary>
        public int Horizontal => horizontal;

        /// <summary>Blocks in a group, along y.</summary>
        public int Vertical => vertical;

        /// <summary>The quantization table in force at its first scan, in zigzag order.</summary>
        public int[]? Steps { get; set; }

        public int BlocksWide { get; set; }

        public int BlocksHigh { get; set; }

        /// <summary>One word a block, whose bits tell which of its coefficients are not zero yet; for progressive files.</summary>
        public ulong[]? NonZero { get; set; }

        /// <summary>Whether there is a picture of it.</summary>
        public bool HasBegun => (begun & 1) != 0;

        /// <summary>Whether some coefficients lack their low bits.</summary>
        public bool IsCoarse => coarse != 0;

        public bool HasAllCoefficients => begun == ulong.MaxValue;

        public void Add(ulong coefficients, bool coarsely)
        {
            begun |= coefficients;
            coarse = coarsely ? coarse | coefficients : coarse & ~coefficients;
        }
    }
}
