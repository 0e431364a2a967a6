using System.Buffers.Binary;

namespace SelfSup.Data;

/// <summary>Names files made of boxes (ISO 14496-12) by the brands that their first box lists.</summary>
internal static class BoxedFile
{
    public const string Heic = "a HEIC photo", Avif = "an AVIF picture", Raw = "a Canon raw file (CR3)";
    private const string Heif = "a HEIF picture", QuickTime = "a QuickTime video (MOV)";

    private static readonly (string Brand, string Name)[] brands =
    [
        ("crx ", Raw),
        ("avif", Avif), ("avis", Avif),
        ("heic", Heic), ("heix", Heic), ("heim", Heic), ("heis", Heic), ("hevc", Heic), ("hevx", Heic), ("hevm", Heic), ("hevs", Heic),
        ("mif", Heif), ("msf1", Heif), ("avci", Heif), ("miaf", Heif),
        ("jxl ", "a JPEG XL file"), ("jp2 ", "a JPEG 2000 file"), ("jpx ", "a JPEG 2000 file"), ("jph ", "a JPEG 2000 file"),
        ("qt  ", QuickTime),
        ("3g", "a 3GPP video"), ("M4A ", "a sound (M4A)"), ("M4B ", "a sound (M4B)"),
    ];

    /// <summary>The kind of a file; null if it does not begin with a known box.</summary>
    public static string? NameOf(ReadOnlySpan<byte> file)
    {
        if (file.Length < 8)
            return null;
        var type = file.Slice(4, 4);
        if (type.SequenceEqual("ftyp"u8))
            return OfBrands(file);
        if (type.SequenceEqual("JXL "u8))
            return "a JPEG XL file";
        if (type.SequenceEqual("jP  "u8))
            return "a JPEG 2000 file";
        // QuickTime from before brands.
        return type.SequenceEqual("moov"u8) || type.SequenceEqual("mdat"u8) || type.SequenceEqual("wide"u8) || type.SequenceEqual("pnot"u8)
            ? QuickTime
            : null;
    }

    /// <summary>By the major brand; where that is the family's of HEIF, by the first of the others that says which member it is.</summary>
    private static string OfBrands(ReadOnlySpan<byte> file)
    {
        const int header = 8, versionEnd = 16;
        var end = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(file), (uint)file.Length);
        if (file.Length < header + 4)
            return "an MP4 video";
        var major = Find(file[header..]);
        for (var at = versionEnd; major == Heif && at + 4 <= end; at += 4)
        {
            if (Find(file[at..]) is { } other and (Heic or Avif))
                return other;
        }
        return major ?? "an MP4 video";
    }

    private static string? Find(ReadOnlySpan<byte> brand)
    {
        foreach (var (text, name) in brands)
        {
            if (IsBrand(brand, text))
                return name;
        }
        return null;
    }

    private static bool IsBrand(ReadOnlySpan<byte> brand, string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (brand[i] != text[i])
                return false;
        }
        return true;
    }
}
