using System.Buffers;

namespace SelfSup.Data;

/// <summary>The images of a folder and all folders in it, in the order of their paths.</summary>
public sealed class ImageFolder : IImageSource
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif"];
    private readonly string folder;
    private readonly string[] files;
    private readonly IImageDecoder decoder;

    private ImageFolder(string folder, string[] files, IImageDecoder decoder) =>
        (this.folder, this.files, this.decoder) = (folder, files, decoder);

    /// <inheritdoc/>
    public int Count => files.Length;

    /// <summary>Lists the images of a folder.</summary>
    /// <param name="folder">The folder. Files are taken by extension (.jpg .jpeg .jpe .jfif .png .webp .bmp .gif); hidden ones are left out.</param>
    /// <param name="decoder">The decoder; null means <see cref="SkiaImageDecoder"/>.</param>
    /// <returns>The images.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder holds no images.</exception>
    public static ImageFolder Open(string folder, IImageDecoder? decoder = null)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder {folder}.");
        var listing = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        string[] files =
        [
            .. Directory.EnumerateFiles(folder, "*", listing)
                .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];
        return files.Length > 0
            ? new ImageFolder(folder, files, decoder ?? new SkiaImageDecoder())
            : throw new InvalidDataException($"The folder {folder} holds no images ({string.Join(' ', Extensions)}).");
    }

    /// <summary>The image's path relative to the folder, with forward slashes.</summary>
    /// <inheritdoc/>
    public string NameOf(int index) => files[index];

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels)
    {
        using var file = File.OpenHandle(Path.Combine(folder, files[index]), options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        if (length > Array.MaxLength)
            throw new ImageReadException($"the file of {length:N0} bytes is too large");
        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var read = 0;
            while (read < length && RandomAccess.Read(file, buffer.AsSpan(read, (int)length - read), read) is var chunk and > 0)
                read += chunk;
            decoder.Decode(buffer.AsMemory(0, read), size, pixels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
