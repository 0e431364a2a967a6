using System.Buffers;
using System.IO.Compression;

namespace SelfSup.Data;

/// <summary>EXIF data that a PNG holds as text in hexadecimal, as ImageMagick writes it.</summary>
internal static class PngTextProfile
{
    // The orientation comes first in what cameras write; a text that inflates without end is not followed.
    private const int MaxTextBytes = 1 << 17;

    /// <summary>Whether a chunk is one of text that is called so.</summary>
    public static bool IsExif(ReadOnlySpan<byte> type, ReadOnlySpan<byte> chunk) =>
        (IsCompressed(type) || type.SequenceEqual("tEXt"u8))
        && (chunk.StartsWith("Raw profile type exif\0"u8) || chunk.StartsWith("Raw profile type APP1\0"u8));

    /// <summary>Reads such a chunk; empty if it holds no data.</summary>
    public static ReadOnlySpan<byte> ReadExif(ReadOnlySpan<byte> type, ReadOnlySpan<byte> chunk)
    {
        var text = chunk[(chunk.IndexOf((byte)0) + 1)..];
        return FromText(IsCompressed(type) ? Inflate(text) : text);
    }

    private static bool IsCompressed(ReadOnlySpan<byte> type) => type.SequenceEqual("zTXt"u8);

    /// <summary>The bytes behind an empty line, a name, and their number, each on a line of its own.</summary>
    private static byte[] FromText(ReadOnlySpan<byte> text)
    {
        for (var line = 0; line < 3; line++)
        {
            var end = text.IndexOf((byte)'\n');
            if (end < 0)
                return [];
            text = text[(end + 1)..];
        }
        var digits = new byte[text.Length];
        var count = 0;
        foreach (var value in text)
        {
            if (char.IsAsciiHexDigit((char)value))
                digits[count++] = value;
        }
        var bytes = new byte[count / 2];
        return Convert.FromHexString(digits.AsSpan(0, count / 2 * 2), bytes, out _, out _) == OperationStatus.Done ? bytes : [];
    }

    private static ReadOnlySpan<byte> Inflate(ReadOnlySpan<byte> compressed)
    {
        const int method = 1;
        if (compressed.Length <= method)
            return default;
        var text = new byte[MaxTextBytes];
        try
        {
            using var stream = new ZLibStream(new MemoryStream(compressed[method..].ToArray()), CompressionMode.Decompress);
            return text.AsSpan(0, stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false));
        }
        catch (InvalidDataException)
        {
            return default;
        }
    }
}
