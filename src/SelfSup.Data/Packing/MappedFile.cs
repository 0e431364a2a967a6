using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace SelfSup.Data;

/// <summary>A whole file in memory, to be read in small pieces that lie anywhere.</summary>
internal sealed unsafe partial class MappedFile : IDisposable
{
    // The same on Linux and macOS.
    private const int Random = 1;
    private const int WillNeed = 3;
    private static readonly bool takesAdvice = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;

    /// <summary>Maps a file, which it then owns.</summary>
    public MappedFile(FileStream file)
    {
        map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        using var bytes = Acquire();
        // Else every miss reads the neighborhood too, up to megabytes that are thrown away when the file is larger than memory.
        bytes.Advise(0, file.Length, Random);
    }

    /// <summary>Holds the map open, even when another thread disposes it, until what is returned is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The map was disposed before.</exception>
    public Bytes Acquire() => new(view.SafeMemoryMappedViewHandle);

    public void Dispose()
    {
        view.Dispose();
        map.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int AdviseMemory(nint address, nint length, int advice);

    /// <summary>The bytes of a file while it is mapped.</summary>
    public readonly ref struct Bytes
    {
        private readonly SafeBuffer buffer;
        private readonly byte* start;

        public Bytes(SafeBuffer buffer)
        {
            this.buffer = buffer;
            buffer.AcquirePointer(ref start);
        }

        /// <exception cref="ImageReadException">The file is not so long.</exception>
        public ReadOnlySpan<byte> Slice(long offset, int length) => offset >= 0 && length >= 0 && (ulong)offset + (ulong)length <= buffer.ByteLength
            ? new(start + offset, length)
            : throw new ImageReadException("the file ends before it does");

        /// <summary>Starts to read a piece from disk, in one go and not page by page; at once done if it is in memory.</summary>
        public void Prefetch(long offset, long length) => Advise(offset, length, WillNeed);

        public void Dispose() => buffer.ReleasePointer();

        /// <summary>Tells the system what will be read. It may not care, so what it answers does not matter.</summary>
        public void Advise(long offset, long length, int advice)
        {
            if (!takesAdvice)
                return;
            var before = offset % Environment.SystemPageSize;
            _ = AdviseMemory((nint)(start + offset - before), (nint)(length + before), advice);
        }
    }
}
