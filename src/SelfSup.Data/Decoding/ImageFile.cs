using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace SelfSup.Data;

/// <summary>Reads and decodes a file that may be anything, or no longer there.</summary>
internal static class ImageFile
{
    /// <summary>Decodes a file.</summary>
    /// <exception cref="ImageReadException">The file is no image, a damaged one, or no file at all.</exception>
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static void Decode(string path, IImageDecoder decoder, int size, Span<byte> pixels)
    {
        RequireContent(path);
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        if (length > Array.MaxLength)
            throw new ImageReadException($"the file is too large ({length} bytes)");
        var bytes = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var count = ReadAll(file, bytes.AsSpan(0, (int)length));
            decoder.Decode(bytes.AsSpan(0, count), size, pixels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Keeps off pipes, whose opening would wait for a writer, and devices, which never end: these have no length either.</summary>
    private static void RequireContent(string path)
    {
        FileSystemInfo file = new FileInfo(path);
        if (file.LinkTarget is not null)
            file = file.ResolveLinkTarget(returnFinalTarget: true)!;
        if (file is FileInfo { Exists: true, Length: 0 })
            throw new ImageReadException("the file is empty, or it is a pipe or a device");
    }

    private static int ReadAll(SafeFileHandle file, Span<byte> bytes)
    {
        var count = 0;
        while (count < bytes.Length)
        {
            var read = RandomAccess.Read(file, bytes[count..], count);
            if (read == 0)
                break;
            count += read;
        }
        return count;
    }
}
