namespace SelfSup.Data;

/// <summary>Tells what a file is that no decoder takes, so that its owner knows what to do about it.</summary>
internal static class UnreadableFile
{
    public static string ReasonFor(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
            return "the file is empty";
        if (file.StartsWith("version https://git-lfs"u8))
            return "the file is a Git LFS pointer, not an image; run git lfs pull";
        if (ImageFormatOf(file) is { } image)
            return $"the header of the {image} file is damaged or cut short";
        if (OtherFormatOf(file) is { } other)
            return $"the file is {other}, which is not an image in a known format";
        return file.IndexOfAnyExcept((byte)0) < 0
            ? "the file is not an image in a known format: all its bytes are zero"
            : "the file is not an image in a known format, or its header is damaged";
    }

    private static string? ImageFormatOf(ReadOnlySpan<byte> file) =>
        file.StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? "JPEG"
        : file.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G']) ? "PNG"
        : file.StartsWith("GIF8"u8) ? "GIF"
        : file.StartsWith("BM"u8) ? "BMP"
        : file.StartsWith("RIFF"u8) && HasAt(file, 8, "WEBP"u8) ? "WebP"
        : null;

    private static string? OtherFormatOf(ReadOnlySpan<byte> file) =>
        file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) ? "TIFF or a camera's raw file"
        : HasAt(file, 4, "ftyp"u8) ? HasAt(file, 8, "avi"u8) ? "AVIF" : HasAt(file, 8, "hei"u8) || HasAt(file, 8, "mif1"u8) ? "HEIC" : "a video (MP4)"
        : HasAt(file, 4, "JXL "u8) || file.StartsWith<byte>([0xFF, 0x0A]) ? "JPEG XL"
        : HasAt(file, 4, "jP  "u8) || file.StartsWith<byte>([0xFF, 0x4F, 0xFF, 0x51]) ? "JPEG 2000"
        : file.StartsWith<byte>([0, 0, 1, 0]) ? "an icon (ICO)"
        : file.StartsWith("8BPS"u8) ? "a Photoshop file"
        : file.StartsWith("%PDF"u8) ? "a PDF"
        : file.StartsWith("PK\u0003\u0004"u8) ? "a zip archive"
        : file.StartsWith<byte>([0x1F, 0x8B]) ? "compressed with gzip"
        : IsMarkup(file) ? "a web page, XML or SVG"
        : null;

    private static bool HasAt(ReadOnlySpan<byte> file, int position, ReadOnlySpan<byte> text) =>
        file.Length >= position && file[position..].StartsWith(text);

    private static bool IsMarkup(ReadOnlySpan<byte> file)
    {
        var text = file.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? file[3..] : file;
        text = text.TrimStart(" \t\r\n"u8);
        return text.Length > 1 && text[0] == '<' && (text[1] is (byte)'!' or (byte)'?' || char.IsAsciiLetter((char)text[1]));
    }
}
