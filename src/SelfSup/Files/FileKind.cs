using System.IO.Compression;
using System.Text;

namespace SelfSup.Files;

/// <summary>Tells by its first bytes what a file is that was given as weights and holds none that are read, and what to do.</summary>
internal static class FileKind
{
    private const int HeadLength = 1024;
    private const int NamesShown = 4;

    private const string PickleAdvice =
        "Where it comes from someone you trust, load it in Python and write its tensors with safetensors.torch.save_file or torch.save.";

    private const string FrameworkAdvice = "Only safetensors, files of torch.save and ONNX models are read.";
    private const string OnnxModel = "is an ONNX model or another protobuf file";

    private static readonly (byte[] Start, string Kind)[] Signatures =
    [
        ([0x1f, 0x8b], Compressed("gzip")),
        ([.. "BZh"u8], Compressed("bzip2")),
        ([0xfd, .. "7zXZ"u8, 0], Compressed("xz")),
        ([0x28, 0xb5, 0x2f, 0xfd], Compressed("Zstandard")),
        ([0x04, 0x22, 0x4d, 0x18], Compressed("LZ4")),
        ([.. "7z"u8, 0xbc, 0xaf, 0x27, 0x1c], "is a 7z archive. Unpack it, and give the file inside."),
        ([.. "Rar!"u8], "is a RAR archive. Unpack it, and give the file inside."),
        ([0x89, .. "HDF\r\n"u8], $"is an HDF5 file, as Keras and h5py write. {FrameworkAdvice}"),
        ([0x93, .. "NUMPY"u8], $"is a NumPy array (.npy), not named weights. {FrameworkAdvice}"),
        ([.. "GGUF"u8], $"is a GGUF file, as llama.cpp reads. {FrameworkAdvice}"),
        ([.. "MATLAB 5"u8], $"is a MATLAB file. {FrameworkAdvice}"),
        ([.. "version https://git-lfs"u8], Pointer("Git LFS", "git lfs pull")),
        ([.. "/annex/objects/"u8], Pointer("git-annex", "git annex get")),
        ([.. "(dp"u8], Pickle), ([.. "(lp"u8], Pickle), ([.. "ccopy_reg"u8], Pickle), ([.. "ccollections"u8], Pickle),
        ([0x89, .. "PNG"u8], Image("PNG")),
        ([0xff, 0xd8, 0xff], Image("JPEG")),
        ([.. "GIF8"u8], Image("GIF")),
        ([.. "BM"u8], Image("BMP")),
        ([.. "II*\0"u8], Image("TIFF")), ([.. "MM\0*"u8], Image("TIFF")),
        ([.. "RIFF"u8], "is an image, a video or a sound (RIFF), not weights."),
        ([.. "%PDF"u8], "is a PDF document, not weights."),
        ([.. "SQLite format 3"u8], "is an SQLite database, not weights."),
        ([0x7f, .. "ELF"u8], "is a program or a library (ELF), not weights."),
        ([.. "MZ"u8], "is a program or a library of Windows, not weights."),
    ];

    private static string Pickle => $"is a bare pickle without torch.save's archive, which could run code. {PickleAdvice}";

    /// <summary>Whether a file is a zip archive by its first bytes, as torch.save writes; no safetensors file has these.</summary>
    public static bool IsZip(Stream stream) => ReadHead(stream) is [(byte)'P', (byte)'K', 3, 4, ..];

    /// <summary>Whether a file is a zip archive by its first bytes.</summary>
    public static bool IsZip(string path)
    {
        using var stream = File.OpenRead(path);
        return IsZip(stream);
    }

    /// <summary>Whether a file is what torch.save writes, be it damaged.</summary>
    public static bool IsTorch(string path)
    {
        using var stream = File.OpenRead(path);
        return IsZip(stream) && Explain(stream) is null;
    }

    /// <summary>Whether a file is an ONNX model by its first bytes, be it damaged.</summary>
    public static bool IsOnnx(string path)
    {
        using var stream = File.OpenRead(path);
        return StartsAsOnnx(ReadHead(stream)) && Explain(stream)?.StartsWith(OnnxModel, StringComparison.Ordinal) == true;
    }

    /// <summary>Says what a file is.</summary>
    /// <param name="stream">The file; afterwards it stands at its start.</param>
    /// <returns>A sentence that goes on after the file's name; null for safetensors, torch.save's files and what is not known.</returns>
    public static string? Explain(Stream stream)
    {
        var head = ReadHead(stream);
        if (head.Length == 0)
            return "is empty. Its download or copy failed; fetch it again.";
        // A sound header of safetensors starts so; whatever its length spells.
        if (head.Length > 8 && head[8] == '{' && head[4..8].All(part => part == 0))
            return null;
        if (stream.Length >= HeadLength && head.All(part => part == 0))
            return "starts with zeros alone. Its download or copy failed; fetch it again.";
        if (head is [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..])
            return ExplainZip(stream);
        return ExplainPickle(head)
            ?? ExplainTar(head)
            ?? Array.Find(Signatures, signature => head.AsSpan().StartsWith(signature.Start)).Kind
            ?? (head.AsSpan(Math.Min(4, head.Length)).StartsWith("TFL3"u8) ? $"is a TensorFlow Lite model. {FrameworkAdvice}" : null)
            ?? ExplainProtobuf(head)
            ?? ExplainText(head);
    }

    private static string Compressed(string how) => $"is compressed by {how}. Unpack it, and give the file inside.";

    private static string Image(string kind) => $"is an image ({kind}), not weights.";

    private static string Pointer(string tool, string command) =>
        $"is a {tool} pointer, a small text that stands for a file kept elsewhere. Run '{command}' in its repository, or download the file itself.";

    private static byte[] ReadHead(Stream stream)
    {
        var head = new byte[Math.Min(HeadLength, stream.Length)];
        stream.Position = 0;
        var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return head[..length];
    }

    private static string? ExplainZip(Stream stream)
    {
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            var names = zip.Entries.Select(entry => entry.FullName).ToList();
            if (names.Exists(name => name.EndsWith("/data.pkl", StringComparison.Ordinal)))
                return null;
            if (names.Count > 0 && names.TrueForAll(name => name.EndsWith(".npy", StringComparison.Ordinal)))
                return $"is a set of NumPy arrays (.npz). {FrameworkAdvice}";
            return names.Count == 0
                ? "is an empty zip archive."
                : $"is a zip archive, but none of torch.save, for it has no data.pkl. It holds {string.Join(", ", names.Take(NamesShown))}"
                    + (names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "")
                    + ". If the weights are one of these, unpack it and give that file.";
        }
        catch (InvalidDataException)
        {
            return null; // cut off or damaged, as reading it will say
        }
        finally
        {
            stream.Position = 0;
        }
    }

    private static string? ExplainPickle(byte[] head) => head switch
    {
        // torch.save of PyTorch before 1.6 starts with a magic number of 10 bytes.
        [0x80, <= 5, 0x8a, 10, ..] =>
            "is a PyTorch file in the old format, before version 1.6. Load it in Python and save it again with torch.save of PyTorch 1.6 or later.",
        [0x80, >= 1 and <= 5, ..] => Pickle,
        _ => null,
    };

    private static string? ExplainTar(byte[] head)
    {
        if (!head.AsSpan(Math.Min(257, head.Length)).StartsWith("ustar"u8))
            return null;
        var name = Encoding.Latin1.GetString(head, 0, 100).TrimEnd('\0').Replace("./", "");
        return name is "sys_info" or "pickle" or "tensors" or "storages"
            ? "is a PyTorch file in the oldest format, a tar archive. Load it in Python and save it again with torch.save of PyTorch 1.6 or later."
            : $"is a tar archive, first of {name}. Unpack it, and give the file inside.";
    }

    // Both start with a version, field 1; then come texts in ONNX, and a whole graph in a SavedModel.
    private static string? ExplainProtobuf(byte[] head) => head switch
    {
        [0x08, 1, 0x12, >= 0x80, ..] or [0x08, 1, 0x12, _, 0x0a, ..] => $"is a TensorFlow SavedModel. {FrameworkAdvice}",
        _ when StartsAsOnnx(head) =>
            $"{OnnxModel}. {nameof(EncoderFile)}.{nameof(EncoderFile.LoadPretrained)} makes an encoder of it, {nameof(EncoderFile.LoadWeights)} brings its weights to one.",
        [0x0a, _, 0x0a, _, >= (byte)' ' and < 0x7f, ..] => $"is a TensorFlow graph or another protobuf file. {FrameworkAdvice}",
        _ => null,
    };

    private static bool StartsAsOnnx(byte[] head) => head is [0x08, >= 1 and <= 20, 0x12 or 0x1a or 0x22 or 0x3a or 0x42, ..];

    private static string? ExplainText(byte[] head)
    {
        if (head.Length < 4 || head.Any(part => part is < 32 and not (9 or 10 or 12 or 13 or 27)))
            return null;
        var text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        const StringComparison Ignore = StringComparison.OrdinalIgnoreCase;
        if (text.StartsWith("<!doctype html", Ignore) || text.Contains("<html", Ignore) || text.Contains("<head", Ignore))
            return "is a web page, not weights: the address leads to a page about the file, or to a log-in. Download the file itself.";
        if (text.StartsWith('<'))
            return "is XML, not weights, perhaps the error message of a download. Download the file itself.";
        if (text.Contains("\"weight_map\""))
            return "is the list of a model's weights that lie in several files. Give one of those files, or join them in Python.";
        if (text is ['{' or '[', ..])
            return "is JSON text, not weights: a configuration, or the error message of a download.";
        // A letter may be cut in two at the end of what was read.
        return text[..^Math.Min(4, text.Length)].Contains('\uFFFD') ? null : "is text, not weights.";
    }
}
