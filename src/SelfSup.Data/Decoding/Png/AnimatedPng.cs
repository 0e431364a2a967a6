using System.Buffers.Binary;
using System.IO.Hashing;

namespace SelfSup.Data;

/// <summary>The frames of an animated PNG file (PNG specification, third edition), each of which can be taken out as a file of its own.</summary>
internal sealed class AnimatedPng
{
    private const int HeaderBytes = 13;

    private readonly List<PngFrame> frames = [];

    private AnimatedPng(int width, int height) => (Width, Height) = (width, height);

    public int Width { get; }

    public int Height { get; }

    public IReadOnlyList<PngFrame> Frames => frames;

    /// <summary>Finds the frames; null if the file is no animation.</summary>
    public static AnimatedPng? Read(ReadOnlySpan<byte> png)
    {
        if (!png.StartsWith(PngChunks.Signature))
            return null;
        AnimatedPng? animation = null;
        PngFrame? frame = null;
        var (isAnimated, hasData) = (false, false);
        var chunks = new PngChunks(png);
        while (chunks.MoveNext())
        {
            var type = chunks.Name;
            var content = chunks.Content;
            if (type == "IHDR" && content.Length >= HeaderBytes)
                animation ??= new(BinaryPrimitives.ReadInt32BigEndian(content), BinaryPrimitives.ReadInt32BigEndian(content[4..]));
            else if (type == "acTL" && !hasData)
                isAnimated = true;
            else if (type == "fcTL" && content.Length >= 26 && isAnimated && animation is not null)
                animation.frames.Add(frame = PngFrame.Read(content));
            else if (type == "IDAT")
            {
                // The picture for those who know no animations is a frame only if it is announced as one.
                hasData = true;
                frame?.Data.Add((chunks.ContentStart, content.Length));
            }
            else if (type == "fdAT" && content.Length >= 4)
                frame?.Data.Add((chunks.ContentStart + 4, content.Length - 4)); // behind its number
        }
        return isAnimated && animation is { frames.Count: > 0 } ? animation : null;
    }

    /// <summary>A frame as a PNG file.</summary>
    public byte[] StillOf(ReadOnlySpan<byte> png, int frame)
    {
        using var still = new MemoryStream();
        still.Write(PngChunks.Signature);
        var chunks = new PngChunks(png);
        while (chunks.MoveNext() && chunks.Name != "IDAT")
        {
            if (chunks.Name is "PLTE" or "tRNS")
                Write(still, chunks.Type, chunks.Content);
            if (chunks.Name != "IHDR" || chunks.Content.Length < HeaderBytes)
                continue;
            var header = chunks.Content.ToArray();
            BinaryPrimitives.WriteInt32BigEndian(header, frames[frame].Width);
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), frames[frame].Height);
            Write(still, "IHDR"u8, header);
        }
        foreach (var (start, length) in frames[frame].Data)
            Write(still, "IDAT"u8, png.Slice(start, length));
        Write(still, "IEND"u8, []);
        return still.ToArray();
    }

    private static void Write(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(type);
        file.Write(content);
        var checksum = new Crc32();
        checksum.Append(type);
        checksum.Append(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, checksum.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}
