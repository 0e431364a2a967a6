namespace SelfSup.Data;

/// <summary>Keeps the loader's batch buffers, all of one length, for reuse.</summary>
internal sealed class BufferPool(int length, int capacity)
{
    private readonly Stack<byte[]> free = new();

    /// <summary>Buffers made so far.</summary>
    public int Created { get; private set; }

    public byte[] Rent()
    {
        lock (free)
        {
            if (free.TryPop(out var buffer))
                return buffer;
            Created++;
        }
        // Pinned, so that copies to a device can go from where the pixels lie.
        return GC.AllocateUninitializedArray<byte>(length, pinned: true);
    }

    public void Return(byte[] buffer)
    {
        lock (free)
        {
            if (free.Count < capacity)
                free.Push(buffer);
        }
    }
}
