namespace SelfSup.Data;

/// <summary>Names the raw files of cameras, most of which are TIFF files that show no more than a thumbnail as their picture.</summary>
internal static class CameraRaw
{
    private const int SubfileType = 0x00FE, Photometric = 0x0106, Maker = 0x010F, StripOffsets = 0x0111, TileOffsets = 0x0144;
    private const int OtherDirectories = 0x014A, DngVersion = 0xC612;
    private const int ColorFilterArray = 32803, LinearRaw = 34892;

    private static readonly (string Maker, string Name)[] makers =
    [
        ("NIKON", "a Nikon raw file (NEF)"), ("SONY", "a Sony raw file (ARW)"), ("Canon", "a Canon raw file (CR2)"),
        ("PENTAX", "a Pentax raw file (PEF)"), ("RICOH", "a Pentax raw file (PEF)"), ("SAMSUNG", "a Samsung raw file (SRW)"),
        ("Hasselblad", "a Hasselblad raw file (3FR)"), ("Phase One", "a Phase One raw file (IIQ)"), ("EASTMAN KODAK", "a Kodak raw file (DCR)"),
        ("Kodak", "a Kodak raw file (DCR)"), ("SEIKO EPSON", "an Epson raw file (ERF)"), ("Leaf", "a Leaf raw file (MOS)"),
        ("Mamiya", "a Mamiya raw file (MEF)"), ("OLYMPUS", "an Olympus raw file (ORF)"), ("Panasonic", "a Panasonic raw file (RW2)"),
        ("LEICA", "a Leica raw file"), ("FUJIFILM", "a Fujifilm raw file (RAF)"),
    ];

    /// <summary>The kind of raw file; null if it is none, so for TIFF files proper.</summary>
    public static string? NameOf(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("FUJIFILMCCD-RAW"u8))
            return "a Fujifilm raw file (RAF)";
        if (file.StartsWith("IIRO"u8) || file.StartsWith("IIRS"u8) || file.StartsWith("MMOR"u8))
            return "an Olympus raw file (ORF)";
        if (file.StartsWith("IIU\0"u8))
            return "a Panasonic raw file (RW2)";
        if (file.StartsWith("FOVb"u8))
            return "a Sigma raw file (X3F)";
        if (file.StartsWith("\0MRM"u8))
            return "a Minolta raw file (MRW)";
        if (file.Length > 14 && file.StartsWith("II"u8) && file[6..].StartsWith("HEAPCCDR"u8))
            return "a Canon raw file (CRW)";
        if (file.StartsWith("II*\0"u8) && file.Length > 10 && file[8..].StartsWith("CR"u8))
            return "a Canon raw file (CR2)";
        return TiffDirectory.TryRead(file, out var directory) ? NameOf(directory) : null;
    }

    private static string? NameOf(TiffDirectory directory)
    {
        if (directory.TryFind(DngVersion, out _))
            return "a raw file (DNG)";
        var isRaw = directory.IntegerOf(Photometric) is ColorFilterArray or LinearRaw;
        if (directory.TryFind(Maker, out var maker))
        {
            var showsThumbnail = (directory.IntegerOf(SubfileType) & 1) != 0 || directory.TryFind(OtherDirectories, out _)
                || !directory.TryFind(StripOffsets, out _) && !directory.TryFind(TileOffsets, out _);
            foreach (var (text, name) in makers)
            {
                if ((isRaw || showsThumbnail) && System.Text.Encoding.ASCII.GetString(maker.Bytes).StartsWith(text, StringComparison.OrdinalIgnoreCase))
                    return name;
            }
        }
        return isRaw ? "a camera's raw file" : null;
    }
}
