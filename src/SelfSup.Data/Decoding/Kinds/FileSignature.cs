using System.Collections.Immutable;

namespace SelfSup.Data;

/// <summary>Kinds of files that are told by fixed bytes at a fixed place.</summary>
internal static class FileSignature
{
    public const string LfsPointer = "a Git LFS pointer";
    private const string Targa = "a Targa picture (TGA)";

    private static readonly ImmutableArray<(int At, byte[] Bytes, string Name)> signatures =
    [
        (0, [.. "version https://git-lfs"u8], LfsPointer),
        // Pictures.
        (0, [0xFF, 0x0A], "a JPEG XL file"),
        (0, [0xFF, 0x4F, 0xFF, 0x51], "a JPEG 2000 file"),
        (0, [(byte)'I', (byte)'I', 0xBC], "a JPEG XR file"),
        (0, [0, 0, 1, 0], "an icon (ICO)"),
        (0, [0, 0, 2, 0, 0, 0, 0, 0], Targa), // true color, as it is; 10 is with run lengths
        (0, [0, 0, 10, 0, 0, 0, 0, 0], Targa),
        (0, [.. "8BPS"u8], "a Photoshop file (PSD)"),
        (0, [.. "gimp xcf"u8], "a GIMP file (XCF)"),
        (0, [.. "%PDF"u8], "a PDF document"),
        (0, [.. "%!PS"u8], "a PostScript file (EPS)"),
        (0, [0xC5, 0xD0, 0xD3, 0xC6], "a PostScript file (EPS)"),
        (128, [.. "DICM"u8], "a medical image (DICOM)"),
        (344, [.. "n+1\0"u8], "a medical image (NIfTI)"),
        (0, [0x76, 0x2F, 0x31, 0x01], "an OpenEXR picture (EXR)"),
        (0, [.. "#?RADIANCE"u8], "a Radiance picture (HDR)"),
        (0, [.. "#?RGBE"u8], "a Radiance picture (HDR)"),
        (0, [.. "SIMPLE  ="u8], "an astronomical image (FITS)"),
        (0, [.. "qoif"u8], "a QOI picture"),
        (0, [.. "DDS "u8], "a texture (DDS)"),
        (0, [0xAB, .. "KTX "u8], "a texture (KTX)"),
        (0, [.. "BPG"u8, 0xFB], "a BPG picture"),
        (0, [.. "FLIF"u8], "a FLIF picture"),
        (0, [0x8A, .. "MNG\r\n"u8], "an MNG animation"),
        (0, [0x8B, .. "JNG\r\n"u8], "a JNG picture"),
        (0, [.. "AT&TFORM"u8], "a DjVu document"),
        (0, [0xD7, 0xCD, 0xC6, 0x9A], "a drawing (WMF)"),
        (0, [0x01, 0xDA], "an SGI picture"),
        (0, [0x59, 0xA6, 0x6A, 0x95], "a Sun raster picture"),
        (0, [.. "/* XPM */"u8], "an XPM picture"),
        (0, [0x89, .. "HDF\r\n"u8], "an HDF5 file"),
        (0, [0x93, .. "NUMPY"u8], "a NumPy array"),
        // Videos and sounds.
        (8, [.. "AVI "u8], "an AVI video"),
        (8, [.. "WAVE"u8], "a sound (WAV)"),
        (0, [0x1A, 0x45, 0xDF, 0xA3], "a Matroska or WebM video (MKV)"),
        (0, [0, 0, 1, 0xBA], "an MPEG video"),
        (0, [0, 0, 1, 0xB3], "an MPEG video"),
        (0, [.. "FLV\u0001"u8], "a Flash video (FLV)"),
        (0, [0x30, 0x26, 0xB2, 0x75], "a Windows Media video (WMV)"),
        (0, [.. "OggS"u8], "an Ogg video or sound"),
        (0, [.. "ID3"u8], "a sound (MP3)"),
        // What lies among pictures.
        (0, [0, 0x05, 0x16, 0x07], "an AppleDouble file, which holds what macOS knows of the picture beside it"),
        (0, [0, 0x05, 0x16, 0x00], "an AppleSingle file"),
        (0, [0, 0, 0, 1, .. "Bud1"u8], "macOS's settings of a folder (.DS_Store)"),
        (0, [0xD0, 0xCF, 0x11, 0xE0], "an old Office document, or Windows' thumbnails (Thumbs.db)"),
        (0, [.. "PK\u0003\u0004"u8], "a zip archive"),
        (0, [.. "Rar!"u8], "a RAR archive"),
        (0, [(byte)'7', (byte)'z', 0xBC, 0xAF], "a 7z archive"),
        (257, [.. "ustar"u8], "a tar archive"),
        (0, [0x1F, 0x8B], "a file compressed with gzip"),
        (0, [0x28, 0xB5, 0x2F, 0xFD], "a file compressed with Zstandard"),
        (0, [.. "BZh"u8], "a file compressed with bzip2"),
        (0, [0xFD, .. "7zXZ"u8], "a file compressed with xz"),
        (0, [.. "SQLite format 3"u8], "an SQLite database"),
    ];

    /// <summary>The kind of a file; null if no signature fits.</summary>
    public static string? NameOf(ReadOnlySpan<byte> file)
    {
        foreach (var (at, bytes, name) in signatures)
        {
            if (file.Length > at && file[at..].StartsWith(bytes))
                return name;
        }
        return IsPortableMap(file) ? file[1] is (byte)'F' or (byte)'f' ? "a portable float map (PFM)" : "a portable pixel map (PNM)"
            : file.EndsWith("TRUEVISION-XFILE.\0"u8) ? Targa
            : null;
    }

    /// <summary>Whether a file begins with P, its kind, and a space or a line's end.</summary>
    private static bool IsPortableMap(ReadOnlySpan<byte> file) => file.Length > 2 && file[0] == 'P'
        && file[1] is (>= (byte)'1' and <= (byte)'7') or (byte)'F' or (byte)'f' && file[2] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
