using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SelfSup.Data;

/// <summary>Lists the images of a tar file and their classes, as WebDataset has them: members in a row that share a name up to its first dot.</summary>
/// <remarks>https://github.com/webdataset/webdataset. Nothing is written anywhere: names in archives are names and no paths.</remarks>
internal sealed class TarShard
{
    private const int Block = 512;
    private const int LongestLabel = 1 << 20;

    // Of small images a read brings many headers; of large ones it costs little beside finding the next.
    private const int ReadAhead = 1 << 16;
    private readonly ShardListing listing;
    private string? sample;
    private string? label;
    private int sampleStart;

    private TarShard(string path) => listing = new(new ImageShard(path));

    /// <summary>Reads the headers of a file, and maps it.</summary>
    /// <exception cref="InvalidDataException">It is no tar file, or a compressed one.</exception>
    public static ShardListing Open(string path, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, ReadAhead);
        try
        {
            RefuseOtherKinds(file, path);
            var shard = new TarShard(path);
            shard.List(file, cancellationToken);
            shard.EndSample();
            if (shard.listing.Images.Count > 0)
            {
                // The file that was listed: another one may have taken its name meanwhile.
                shard.listing.Images.Map(file);
                file = null;
            }
            return shard.listing;
        }
        finally
        {
            file?.Dispose();
        }
    }

    private static void RefuseOtherKinds(FileStream file, string path)
    {
        Span<byte> header = stackalloc byte[Block];
        var read = file.ReadAtLeast(header, Block, throwOnEndOfStream: false);
        var reason = header switch
        {
            [0x1f, 0x8b, ..] or [(byte)'B', (byte)'Z', (byte)'h', ..] or [0xfd, (byte)'7', (byte)'z', ..] or [0x28, 0xb5, 0x2f, 0xfd, ..] =>
                "it is compressed, so that no image can be read by itself; unpack it first, the images in it are compressed already",
            _ when read < Block || !(IsHeader(header) || !header.ContainsAnyExcept((byte)0)) => "it is no tar file",
            _ => null,
        };
        if (reason is not null)
            throw new InvalidDataException($"'{path}' cannot be used: {reason}.");
    }

    // A damaged header hides how long its member is: what follows is found by the next block that is a header by its checksum. Zeros end a tar
    // file; where more follows they are a hole in it, or the end of the first of several that were put together.
    private void List(FileStream file, CancellationToken cancellationToken)
    {
        for (long? start = 0; start is { } position;)
        {
            var end = position;
            try
            {
                file.Position = position;
                using var reader = new TarReader(file, leaveOpen: true);
                while (reader.GetNextEntry() is { } entry)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    end = Math.Max(end, entry.DataOffset) + Padded(entry.Length);
                    Add(entry, file.Length);
                }
                start = FindHeader(file, end, out var isBlank, cancellationToken);
                if (start is { } next && !isBlank)
                    listing.LeaveOut($"byte {end:N0}", $"the file is damaged here; what lies before byte {next:N0} is left out");
            }
            catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException or InvalidOperationException)
            {
                start = FindHeader(file, end + (end == position ? Block : 0), out _, cancellationToken);
                listing.LeaveOut($"byte {end:N0}", start is null
                    ? "the file is damaged or ends here; what follows is left out"
                    : $"the file is damaged here; what lies before byte {start:N0} is left out");
            }
        }
    }

    private static long Padded(long length) => (length + Block - 1) / Block * Block;

    private void Add(TarEntry entry, long fileLength)
    {
        var name = entry.Name;
        if (IsSystems(name))
            return;
        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        var key = name.AsSpan(0, dot < 0 ? name.Length : dot);
        if (!key.SequenceEqual(sample))
        {
            EndSample();
            sample = key.ToString();
        }
        var isImage = ImageKinds.IsRead(name);
        var kind = isImage || dot < 0 ? "" : name[dot..].ToLowerInvariant();
        if (!isImage && kind is not (".cls" or ".json"))
        {
            if (ImageKinds.Contains(ImageKinds.UnreadImages, name))
                listing.LeaveOut(name, $"files that end in {Path.GetExtension(name)} are not read");
            return;
        }
        if (WhyLeftOut(entry, fileLength) is { } reason)
            listing.LeaveOut(name, reason);
        else if (isImage)
            AddImage(entry);
        else
            ReadLabel(entry, kind);
    }

    // As in folders; macOS puts ._000.jpg before 000.jpg, where it would end the sample.
    private static bool IsSystems(ReadOnlySpan<char> name)
    {
        foreach (var part in name.Split('/'))
        {
            if (name[part] is not ("." or "..") && SystemNames.Contains(name[part]))
                return true;
        }
        return false;
    }

    private void AddImage(TarEntry entry)
    {
        listing.Images.Add(entry.Name, entry.DataOffset, (int)entry.Length);
        listing.Labels.Add(null);
    }

    private static string? WhyLeftOut(TarEntry entry, long fileLength) => entry switch
    {
        { EntryType: not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile) } =>
            "it is a link or another thing without content of its own",
        { Length: 0 } => "it is empty",
        { Length: > int.MaxValue } => $"it is too large ({entry.Length:N0} bytes)",
        _ when entry.DataOffset + entry.Length > fileLength => "the file ends before it does",
        _ => null,
    };

    private void ReadLabel(TarEntry entry, string kind)
    {
        if (entry.Length > LongestLabel || (label is not null && kind == ".json"))
            return;
        var text = new byte[entry.Length];
        entry.DataStream!.ReadExactly(text);
        if (kind == ".cls")
            label = Encoding.UTF8.GetString(text).Trim();
        else if (LabelInJson(text) is { } found)
            label = found;
    }

    private static string? LabelInJson(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("label", out var value)
                && value.ValueKind is JsonValueKind.Number or JsonValueKind.String ? value.ToString() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null; // no JSON, or a text that is none
        }
    }

    private void EndSample()
    {
        for (; sampleStart < listing.Labels.Count; sampleStart++)
            listing.Labels[sampleStart] = label is { Length: > 0 } ? string.Intern(label) : null;
        label = null;
    }

    private static long? FindHeader(FileStream file, long start, out bool isBlank, CancellationToken cancellationToken)
    {
        isBlank = true;
        var bytes = new byte[Block * 128];
        for (var position = Padded(start); position < file.Length; position += bytes.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            file.Position = position;
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            for (var at = 0; at + Block <= read; at += Block)
            {
                var block = bytes.AsSpan(at, Block);
                if (IsHeader(block))
                    return position + at;
                isBlank &= !block.ContainsAnyExcept((byte)0);
            }
        }
        return null;
    }

    // POSIX ustar: six octal digits at 148 are the sum of all bytes, with spaces in their own place.
    private static bool IsHeader(ReadOnlySpan<byte> block)
    {
        const int at = 148, length = 8;
        var digits = Encoding.ASCII.GetString(block.Slice(at, length)).Trim(' ', '\0');
        if (digits.Length is 0 or > 7 || digits.AsSpan().ContainsAnyExceptInRange('0', '7'))
            return false;
        var sum = length * ' ';
        foreach (var value in block[..at])
            sum += value;
        foreach (var value in block[(at + length)..])
            sum += value;
        return sum == Convert.ToInt32(digits, 8);
    }
}
