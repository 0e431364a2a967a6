using System.Collections.Frozen;

namespace SelfSup.Data;

/// <summary>What the ends of file names say: which are read, and which are of images or videos that are not read and must be told of.</summary>
internal static class ImageKinds
{
    /// <summary>The ends of names of images that are read.</summary>
    public static readonly string[] Read = [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".apng", ".tif", ".tiff"];

    private static readonly string[] otherImages =
    [
        ".heic", ".heif", ".hif", ".avif", ".avifs", ".jxl", ".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".jpm", ".jxr",
        ".wdp", ".hdp", ".svg", ".svgz", ".psd", ".psb", ".xcf", ".kra", ".ora", ".ai", ".eps", ".emf", ".wmf", ".ico", ".cur", ".icns",
        ".tga", ".pcx", ".ppm", ".pgm", ".pbm", ".pnm", ".pam", ".pfm", ".dds", ".exr", ".hdr", ".dpx", ".cin", ".qoi", ".sgi", ".ras",
        ".xbm", ".xpm", ".wbmp", ".pict", ".pct", ".iff", ".lbm", ".bpg", ".flif", ".dib", ".jif", ".jfi", ".mpo", ".jps", ".dcm",
        ".dicom", ".fits", ".fit", ".fts", ".djvu",
        // Cameras' raw files.
        ".raw", ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".raf", ".orf", ".ori", ".rw2", ".rwl", ".pef", ".ptx",
        ".srw", ".x3f", ".3fr", ".fff", ".iiq", ".mef", ".mos", ".mrw", ".erf", ".kdc", ".dcr", ".dcs", ".k25", ".cap", ".eip", ".bay", ".gpr",
    ];

    private static readonly string[] videos =
    [
        ".mp4", ".m4v", ".mov", ".qt", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".mpe", ".wmv", ".asf", ".flv", ".3gp", ".3g2", ".mts", ".m2ts",
        ".ts", ".ogv", ".mjpeg", ".mjpg",
    ];

    private static readonly FrozenSet<string> read = Read.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Images that are not read.</summary>
    public static FrozenSet<string> UnreadImages { get; } = Unread(otherImages);

    /// <summary>Images and videos that are not read.</summary>
    public static FrozenSet<string> UnreadImagesAndVideos { get; } = Unread([.. otherImages, .. videos]);

    /// <summary>Whether a file's name ends as those of videos do.</summary>
    public static bool IsVideo(string name) => videos.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a file of that name is read.</summary>
    public static bool IsRead(ReadOnlySpan<char> name) => Contains(read, name);

    /// <summary>Whether a set has the end of a file's name, in upper or lower case.</summary>
    public static bool Contains(FrozenSet<string> kinds, ReadOnlySpan<char> name) =>
        kinds.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Path.GetExtension(name));

    private static FrozenSet<string> Unread(IEnumerable<string> kinds) => kinds.Except(Read).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
