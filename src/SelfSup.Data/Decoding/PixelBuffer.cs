using System.Buffers;
using System.Runtime.InteropServices;

namespace SelfSup.Data;

/// <summary>
/// Room for the decoded pixels of an image, four bytes each. Small ones are pooled; large ones are freed at once and held one at a time, so
/// that memory does not grow by the number of threads that meet one.
/// </summary>
internal sealed unsafe class PixelBuffer : IDisposable
{
    public const int BytesPerPixel = 4;
    private const int LargeBytes = 128 << 20;

    private static readonly object large = new();

    private readonly byte[]? pooled;
    private readonly void* memory;
    private readonly int length;

    /// <summary>Makes room for an image.</summary>
    /// <exception cref="ImageReadException">There is no memory for it.</exception>
    public PixelBuffer(int width, int height)
    {
        length = checked(width * height * BytesPerPixel);
        try
        {
            if (length < LargeBytes)
                pooled = ArrayPool<byte>.Shared.Rent(length);
            else
                memory = AllocateLarge((nuint)length);
        }
        catch (OutOfMemoryException e)
        {
            throw new ImageReadException($"there is no memory for {width} x {height} pixels", e);
        }
    }

    public Span<byte> Bytes => pooled is null ? new Span<byte>(memory, length) : pooled.AsSpan(0, length);

    /// <summary>Gives the room back, on the thread that made it.</summary>
    public void Dispose()
    {
        if (pooled is not null)
        {
            ArrayPool<byte>.Shared.Return(pooled);
            return;
        }
        NativeMemory.Free(memory);
        Monitor.Exit(large);
    }

    private static void* AllocateLarge(nuint bytes)
    {
        Monitor.Enter(large);
        try
        {
            return NativeMemory.Alloc(bytes);
        }
        catch
        {
            Monitor.Exit(large);
            throw;
        }
    }
}
