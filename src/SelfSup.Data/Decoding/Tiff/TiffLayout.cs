namespace SelfSup.Data;

/// <summary>How the first page of a TIFF file is stored, as far as it has been checked against what the file holds.</summary>
internal sealed record TiffLayout(
    int Width, int Height, int Bits, int Samples, int Photometric, int Compression, bool IsPlanar, int TileWidth, int TileHeight, byte[] Palette)
{
    public const int MinIsWhite = 0, MinIsBlack = 1, Rgb = 2, Indexed = 3, Cmyk = 5, YCbCr = 6;
    public const int Jpeg = 7;

    // What a row or a tile may take in memory; real ones are far below.
    private const long MaxPieceBytes = 1 << 28;

    private const int WidthTag = 256, HeightTag = 257, BitsTag = 258, CompressionTag = 259, PhotometricTag = 262;
    private const int StripOffsets = 273, SamplesTag = 277, RowsPerStrip = 278, StripBytes = 279, PlanarTag = 284, ColorMap = 320;
    private const int TileWidthTag = 322, TileHeightTag = 323, TileOffsets = 324, TileBytes = 325, FormatTag = 339;

    /// <summary>Number of samples of a pixel that make its color; the others, such as opacity, are left out.</summary>
    public int Colors => Photometric switch { Rgb or YCbCr => 3, Cmyk => 4, _ => 1 };

    public bool IsTiled => TileWidth > 0;

    /// <summary>Reads and checks the layout.</summary>
    /// <exception cref="ImageReadException">The file is damaged, truncated, too large or of a kind that is not read.</exception>
    public static TiffLayout Read(ReadOnlySpan<byte> file, long maxPixels)
    {
        if (!TiffDirectory.TryRead(file, out var directory))
            throw new ImageReadException("the header of the TIFF file is damaged or cut short");
        for (var i = 0; i < directory.Count; i++)
        {
            if (!directory.TryRead(i, out _))
                throw new ImageReadException("the file is truncated: values of the TIFF's directory lie past its end");
        }
        var (width, height) = (directory.IntegerOf(WidthTag), directory.IntegerOf(HeightTag));
        if (width is < 0 or > int.MaxValue || height is < 0 or > int.MaxValue)
            throw new ImageReadException($"{width} x {height} is above the limit of {maxPixels} pixels (MaxPixels)");
        if (ClaimedSize.ReasonAgainst((int)width, (int)height, maxPixels) is { } reason)
            throw new ImageReadException(reason);
        var layout = new TiffLayout(
            (int)width, (int)height, ReadBits(directory), (int)Math.Clamp(directory.IntegerOf(SamplesTag, 1), 0, 1 << 16),
            (int)directory.IntegerOf(PhotometricTag, MinIsBlack), (int)directory.IntegerOf(CompressionTag, 1),
            directory.IntegerOf(PlanarTag, 1) == 2, Side(directory, TileWidthTag), Side(directory, TileHeightTag), ReadPalette(directory));
        if (layout.UnreadKind((int)directory.IntegerOf(FormatTag, 1)) is { } kind)
            throw new ImageReadException(UnreadableFile.ReasonFor(kind, "save it with 8 or 16 bits, in gray or RGB, compressed with LZW or Deflate or not at all"));
        layout.CheckPieces(directory, file.Length);
        return layout;
    }

    private static int Side(TiffDirectory directory, int tag) => (int)Math.Clamp(directory.IntegerOf(tag), 0, int.MaxValue);

    /// <summary>Bits of a sample; -1 if they differ from sample to sample.</summary>
    private static int ReadBits(TiffDirectory directory)
    {
        if (!directory.TryFind(BitsTag, out var field) || field.Count == 0 || !field.IsInteger)
            return 1;
        for (var i = 1; i < field.Count; i++)
        {
            if (field[i] != field[0])
                return -1;
        }
        return (int)Math.Clamp(field[0], 0, 64);
    }

    /// <summary>The reds, greens and blues of the palette; empty if there is none.</summary>
    private static byte[] ReadPalette(TiffDirectory directory)
    {
        if (!directory.TryFind(ColorMap, out var field) || !field.IsInteger)
            return [];
        var most = 0L;
        for (var i = 0; i < field.Count; i++)
            most = Math.Max(most, field[i]);
        var palette = new byte[field.Count];
        // Some programs write values of 8 bits.
        for (var i = 0; i < palette.Length; i++)
            palette[i] = (byte)(most < 256 ? field[i] : (field[i] + 128) / 257);
        return palette;
    }

    /// <summary>What kind of TIFF this is, if it is one that is not read.</summary>
    private string? UnreadKind(int format)
    {
        if (Compression is not (1 or 2 or 3 or 4 or 5 or Jpeg or 8 or 32946 or 32773))
            return $"a TIFF compressed with {CompressionName(Compression)}";
        if (format is not (1 or 4))
            return $"a TIFF of {(format switch { 2 => "signed", 3 => "floating-point", _ => "complex" })} values";
        if (Bits is < 1 or > 16 || Compression == Jpeg && Bits != 8)
            return Bits < 0 ? "a TIFF of colors with different numbers of bits" : $"a TIFF of {Bits} bits a color";
        var isKnown = Photometric is MinIsWhite or MinIsBlack or Rgb or Cmyk || Photometric == YCbCr && Compression == Jpeg
            || Photometric == Indexed && Bits <= 8 && Palette.Length == 3 << Bits;
        return isKnown && Samples >= Colors ? null : $"a TIFF of colors of another kind (photometric {Photometric}, {Samples} samples)";
    }

    private static string CompressionName(int compression) => compression switch
    {
        6 => "JPEG in the old way (6)",
        34712 or 33003 or 33005 => $"JPEG 2000 ({compression})",
        34887 => "LERC (34887)",
        34925 => "LZMA (34925)",
        50000 => "Zstandard (50000)",
        50001 => "WebP (50001)",
        50002 or 52546 => $"JPEG XL ({compression})",
        _ => $"a method of its own ({compression})",
    };

    /// <summary>Checks that strips or tiles are all there, within the file, and large enough for the picture.</summary>
    private void CheckPieces(TiffDirectory directory, int fileBytes)
    {
        var (across, rows) = IsTiled ? (TileWidth, (long)TileHeight) : (Width, Math.Min(Height, directory.IntegerOf(RowsPerStrip, Height)));
        var samples = IsPlanar ? 1 : Samples;
        var rowBytes = ((long)across * samples * Bits + 7) / 8;
        if (rows < 1 || rowBytes > MaxPieceBytes || IsTiled && rowBytes * rows > MaxPieceBytes)
            throw new ImageReadException("the file is damaged: the TIFF has strips or tiles of an impossible size");
        var pieces = ((long)Height + rows - 1) / rows * (((long)Width + across - 1) / across) * (IsPlanar ? Samples : 1);
        if (!directory.TryFind(IsTiled ? TileOffsets : StripOffsets, out var offsets) || !offsets.IsInteger || offsets.Count < pieces)
            throw new ImageReadException("the file is damaged: the TIFF lacks strips or tiles");
        if (!directory.TryFind(IsTiled ? TileBytes : StripBytes, out var counts) || !counts.IsInteger || counts.Count < pieces)
            throw new ImageReadException("the file is damaged: the TIFF does not say how long its strips or tiles are");
        var stored = 0L;
        for (var i = 0; i < pieces; i++)
        {
            if (offsets[i] < 0 || counts[i] < 0 || counts[i] > fileBytes || offsets[i] > fileBytes - counts[i])
                throw new ImageReadException("the file is truncated: strips or tiles of the TIFF lie past its end");
            stored += counts[i];
        }
        var needed = ((long)Width * samples * Bits + 7) / 8 * Height * (IsPlanar ? Samples : 1);
        if (needed > stored * MostBytesOfOne)
            throw new ImageReadException($"the file is truncated: its {stored} bytes of data cannot hold {Width} x {Height} pixels");
    }

    /// <summary>How many bytes of a picture a byte of the file can make at the very best.</summary>
    private long MostBytesOfOne => Compression switch
    {
        1 => 1,
        5 => 2731, // strings of 4096 bytes in 12 bits
        8 or 32946 => 1032,
        32773 => 64,
        Jpeg => 512L * Samples,
        _ => 8L * ((Width + 7) / 8), // a bit for a white row
    };
}
