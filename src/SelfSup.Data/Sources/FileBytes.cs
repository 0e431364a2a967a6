using System.Buffers;

namespace SelfSup.Data;

/// <summary>A whole file in a borrowed buffer, which goes back on <see cref="Dispose"/>.</summary>
internal readonly struct FileBytes : IDisposable
{
    private readonly byte[] buffer;
    private readonly int count;

    private FileBytes(byte[] buffer, int count) => (this.buffer, this.count) = (buffer, count);

    public ReadOnlySpan<byte> Span => buffer.AsSpan(0, count);

    /// <summary>Reads a file.</summary>
    /// <exception cref="ImageReadException">It cannot be read; the message is the reason.</exception>
    public static FileBytes Read(string path)
    {
        byte[]? bytes = null;
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            if (length > Array.MaxLength)
                throw new ImageReadException($"the file is too large ({length} bytes)");
            bytes = ArrayPool<byte>.Shared.Rent((int)length);
            return new FileBytes(bytes, ReadAll(file, bytes.AsSpan(0, (int)length)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (bytes is not null)
                ArrayPool<byte>.Shared.Return(bytes);
            throw new ImageReadException(error.Message, error);
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);

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
