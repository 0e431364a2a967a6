using System.Buffers.Binary;
using Google.Protobuf;

namespace SelfSup.Tests.Training;

/// <summary>Reads event files by the formats' specifications alone: frames, checksums bit by bit, and fields by their numbers.</summary>
internal static class EventRecords
{
    private const uint Castagnoli = 0x82F63B78; // x^32 + x^28 + ... + 1, lowest bit first

    /// <summary>An event: its step and, by tag, scalars and images; file version and session status where it has them.</summary>
    public sealed record Event(double WallTime, long Step, string? Version, int? Session, Dictionary<string, float> Scalars, Dictionary<string, (int Width, int Height, byte[] Png)> Images);

    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ Castagnoli;
        }
        return ~crc;
    }

    public static List<Event> Read(string path)
    {
        var events = new List<Event>();
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        while (bytes.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            Assert.Equal(Unmask(bytes[8..]), Checksum(bytes[..8]));
            var data = bytes.Slice(12, length);
            Assert.Equal(Unmask(bytes[(12 + length)..]), Checksum(data));
            events.Add(ReadEvent(data.ToArray()));
            bytes = bytes[(16 + length)..];
        }
        return events;
    }

    private static uint Unmask(ReadOnlySpan<byte> bytes)
    {
        var rotated = BinaryPrimitives.ReadUInt32LittleEndian(bytes) - 0xA282EAD8;
        return rotated >> 17 | rotated << 15;
    }

    private static Event ReadEvent(byte[] data)
    {
        var found = new Event(0, 0, null, null, [], []);
        Visit(data, (field, input) => found = field switch
        {
            1 => found with { WallTime = input.ReadDouble() },
            2 => found with { Step = input.ReadInt64() },
            3 => found with { Version = input.ReadString() },
            5 => ReadSummary(found, input.ReadBytes().ToByteArray()),
            7 => found with { Session = ReadStatus(input.ReadBytes().ToByteArray()) },
            _ => throw new InvalidDataException($"Events have no field {field}."),
        });
        return found;
    }

    private static int ReadStatus(byte[] data)
    {
        var status = 0;
        Visit(data, (_, input) => status = input.ReadEnum());
        return status;
    }

    private static Event ReadSummary(Event found, byte[] data)
    {
        Visit(data, (_, values) =>
        {
            var tag = "";
            Visit(values.ReadBytes().ToByteArray(), (field, input) =>
            {
                if (field == 1)
                    tag = input.ReadString();
                else if (field == 2)
                    found.Scalars.Add(tag, input.ReadFloat());
                else
                    found.Images.Add(tag, ReadImage(input.ReadBytes().ToByteArray()));
            });
        });
        return found;
    }

    private static (int Width, int Height, byte[] Png) ReadImage(byte[] data)
    {
        var (width, height, png) = (0, 0, Array.Empty<byte>());
        Visit(data, (field, input) => _ = field switch
        {
            1 => height = input.ReadInt32(),
            2 => width = input.ReadInt32(),
            3 => input.ReadInt32(),
            _ => (png = input.ReadBytes().ToByteArray()).Length,
        });
        return (width, height, png);
    }

    private static void Visit(byte[] data, Action<int, CodedInputStream> visit)
    {
        var input = new CodedInputStream(data);
        for (uint tag; (tag = input.ReadTag()) != 0;)
            visit(WireFormat.GetTagFieldNumber(tag), input);
    }
}
