using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace SelfSup.Data;

/// <summary>A run of images that were packed together.</summary>
/// <param name="Indices">The images that could be read, by their index in the source.</param>
/// <param name="Checksums">The XxHash3 of each of their records.</param>
/// <param name="Failures">The other images of the run.</param>
internal sealed record PackedBlock(int[] Indices, ulong[] Checksums, ImageFailure[] Failures);

/// <summary>
/// Lists the blocks that a pack in progress has written, beside the file with their records. An entry is its length, its bytes and
/// their checksum, so that the part of one that a killed process leaves is known and dropped. The first entry tells what is packed.
/// </summary>
internal sealed class PackJournal : IDisposable
{
    private readonly FileStream file;
    private readonly List<long> ends = [];

    /// <summary>Opens a journal and reads its blocks; begins anew if there is none, or one of other images.</summary>
    /// <param name="path">The journal.</param>
    /// <param name="subject">Tells what is packed, and how.</param>
    public PackJournal(string path, string subject)
    {
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var begun = ReadEntry() is { } head && Encoding.UTF8.GetString(head) == subject;
        ends.Add(begun ? file.Position : 0);
        while (begun && ReadEntry() is { } entry)
        {
            Blocks.Add(Deserialize(entry));
            ends.Add(file.Position);
        }
        Truncate(Blocks.Count);
        if (!begun)
        {
            WriteEntry(Encoding.UTF8.GetBytes(subject));
            ends[0] = file.Position;
        }
    }

    /// <summary>The blocks, in the order of the source.</summary>
    public List<PackedBlock> Blocks { get; } = [];

    public void Append(PackedBlock block)
    {
        WriteEntry(Serialize(block));
        Blocks.Add(block);
        ends.Add(file.Position);
    }

    /// <summary>Forgets all but the first blocks.</summary>
    public void Truncate(int count)
    {
        Blocks.RemoveRange(count, Blocks.Count - count);
        ends.RemoveRange(count + 1, ends.Count - count - 1);
        file.SetLength(ends[count]);
        file.Position = ends[count];
    }

    public void Dispose() => file.Dispose();

    private byte[]? ReadEntry()
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        if (file.ReadAtLeast(number[..sizeof(int)], sizeof(int), throwOnEndOfStream: false) < sizeof(int))
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(number);
        if (length < 0 || length > file.Length - file.Position - sizeof(ulong))
            return null;
        var entry = new byte[length];
        file.ReadExactly(entry);
        file.ReadExactly(number);
        return BinaryPrimitives.ReadUInt64LittleEndian(number) == XxHash3.HashToUInt64(entry) ? entry : null;
    }

    private void WriteEntry(byte[] entry)
    {
        using (var writer = new BinaryWriter(file, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(entry.Length);
            writer.Write(entry);
            writer.Write(XxHash3.HashToUInt64(entry));
        }
        // To the system, where it outlives this process.
        file.Flush();
    }

    private static byte[] Serialize(PackedBlock block)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(block.Indices.Length);
        for (var i = 0; i < block.Indices.Length; i++)
        {
            writer.Write(block.Indices[i]);
            writer.Write(block.Checksums[i]);
        }
        writer.Write(block.Failures.Length);
        foreach (var failure in block.Failures)
        {
            writer.Write(failure.Name);
            writer.Write(failure.Reason);
        }
        return memory.ToArray();
    }

    private static PackedBlock Deserialize(byte[] entry)
    {
        using var reader = new BinaryReader(new MemoryStream(entry));
        var images = new (int Index, ulong Checksum)[reader.ReadInt32()];
        for (var i = 0; i < images.Length; i++)
            images[i] = (reader.ReadInt32(), reader.ReadUInt64());
        var failures = new ImageFailure[reader.ReadInt32()];
        for (var i = 0; i < failures.Length; i++)
            failures[i] = new ImageFailure(reader.ReadString(), reader.ReadString());
        return new([.. images.Select(image => image.Index)], [.. images.Select(image => image.Checksum)], failures);
    }
}
