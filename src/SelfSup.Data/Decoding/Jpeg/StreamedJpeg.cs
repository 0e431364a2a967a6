namespace SelfSup.Data;

/// <summary>Finds the JPEG in what a stream of frames (MJPEG) leaves before it: the text of a header, or the end of the frame before.</summary>
internal static class StreamedJpeg
{
    private const int MaxLeadingBytes = 4096;

    private static ReadOnlySpan<byte> Start => [0xFF, JpegMarkers.StartOfImage, 0xFF];

    /// <summary>The file from its JPEG on; the file as it is if it begins in another way.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty || file.StartsWith(Start))
            return file;
        var at = file[..Math.Min(file.Length, MaxLeadingBytes)].IndexOf(Start);
        return at > 0 && IsRemainder(file[..at]) ? file[at..] : file;
    }

    /// <summary>
    /// Whether bytes are nothing but text, or end as a JPEG does. All else may be the damaged header of a file whose thumbnail is what was
    /// found, or a container of another kind.
    /// </summary>
    private static bool IsRemainder(ReadOnlySpan<byte> leading)
    {
        if (FileKind.Of(leading) is not null)
            return false;
        ReadOnlySpan<byte> end = [0xFF, JpegMarkers.EndOfImage];
        var text = leading[(leading.LastIndexOf(end) is var at and >= 0 ? at + end.Length : 0)..];
        foreach (var value in text)
        {
            if (value is not ((>= (byte)' ' and <= (byte)'~') or (byte)'\r' or (byte)'\n' or (byte)'\t' or 0))
                return false;
        }
        return text.IndexOf("Exif\0"u8) < 0;
    }
}
