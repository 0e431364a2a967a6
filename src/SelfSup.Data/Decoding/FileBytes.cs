using System.Buffers;

namespace SelfSup.Data;

/// <summary>A whole file in a borrowed buffer, which goes back on <see cref="Dispose"/>.</summary>
internal readonly struct FileBytes : IDisposable
{
    private readonly byte[] buffer;
    private readonly int count;

    private FileBytes(byte[] buffer, int count) => (this.buffer, this.count) = (buffer, count);

    public ReadOnlySpan<byte> Span => buffer.AsSpan(0, count);

    /// <summary>Reads a file of a source, whatever has become of it.</summary>
    /// <exception cref="ImageReadException">It cannot be read; the message is the reason.</exception>
    public static FileBytes Read(string path)
    {
        try
        {
            return Open(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ImageReadException(error.Message, error);
        }
    }

    /// <summary>Reads a file that a user named.</summary>
    /// <exception cref="ImageReadException">It is too large, or no file at all.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileBytes Open(string path)
    {
        RequireContent(path);
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        if (length > Array.MaxLength)
            throw new ImageReadException($"the file is too large ({length} bytes)");
        var bytes = Rent((int)length);
        try
        {
            return new FileBytes(bytes, ReadAll(file, bytes.AsSpan(0, (int)length)));
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(bytes);
            throw;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

    /// <summary>Keeps off pipes, whose opening would wait for a writer, and devices, which never end: these have no length either.</summary>
    private static void RequireContent(string path)
    {
        if (FileTarget.Of(path) is FileInfo { Exists: true, Length: 0 })
            throw new ImageReadException("the file is empty, or it is a pipe or a device");
    }

    private static byte[] Rent(int length)
    {
        try
        {
            return ArrayPool<byte>.Shared.Rent(length);
        }
        catch (OutOfMemoryException error)
        {
            throw new ImageReadException($"there is no memory for the {length} bytes of the file", error);
        }
    }

    private static int ReadAll(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> bytes)
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
