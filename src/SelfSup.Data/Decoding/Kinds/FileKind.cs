namespace SelfSup.Data;

/// <summary>A kind of file that is not read.</summary>
/// <param name="Name">The kind with its article, for a sentence.</param>
/// <param name="Advice">What its owner can do; null if that goes without saying.</param>
internal sealed record FileKind(string Name, string? Advice = null)
{
    private const string Develop = "develop it to JPEG, PNG or TIFF";
    private const string Heif = "convert it, or bring an IImageDecoder of your own that reads it with the package Magick.NET-Q8-AnyCPU";

    /// <summary>Tells the kind of a file by its content; null if nobody knows it, or it is a kind that is read.</summary>
    public static FileKind? Of(ReadOnlySpan<byte> file)
    {
        if (IsForAppleDevices(file))
            return new("a PNG for Apple's devices (CgBI)", "convert it back, such as with pngcrush -revert-iphone-optimizations");
        if (CameraRaw.NameOf(file) is { } raw)
            return new(raw, Develop);
        if (ReadFormatOf(file) is not null)
            return null;
        if (BoxedFile.NameOf(file) is { } boxed)
            return new(boxed, boxed is BoxedFile.Heic or BoxedFile.Avif ? Heif : boxed == BoxedFile.Raw ? Develop : null);
        if (FileSignature.NameOf(file) is { } name)
            return new(name, name == FileSignature.LfsPointer ? "run git lfs pull for the image" : null);
        return Markup.NameOf(file) is { } markup ? new(markup) : null;
    }

    /// <summary>The format of a file that is read; null if it does not begin as one.</summary>
    public static string? ReadFormatOf(ReadOnlySpan<byte> file) =>
        file.StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? "JPEG"
        : file.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G']) ? "PNG"
        : file.StartsWith("GIF8"u8) ? "GIF"
        : file.StartsWith("BM"u8) ? "BMP"
        : file.StartsWith("RIFF"u8) && file.Length >= 12 && file[8..].StartsWith("WEBP"u8) ? "WebP"
        : TiffDirectory.IsTiff(file) ? "TIFF"
        : null;

    private static bool IsForAppleDevices(ReadOnlySpan<byte> file)
    {
        const int firstChunk = 12;
        return file.StartsWith(PngChunks.Signature) && file.Length > firstChunk && file[firstChunk..].StartsWith("CgBI"u8);
    }
}
