using System.IO.Compression;
using System.Text;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;

namespace SelfSup.Tests.Files;

/// <summary>A file that is no weights is refused with what it is and what to do, whatever its name.</summary>
public sealed class FileKindTests : IDisposable
{
    private static readonly Dictionary<string, (byte[] Bytes, string Kind, string Advice)> Kinds = new()
    {
        ["empty"] = ([], "is empty", "fetch it again"),
        ["zeros"] = (new byte[5000], "zeros", "fetch it again"),
        ["pointer"] = (Utf8("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 46830571\n"), "a Git LFS pointer", "git lfs pull"),
        ["annex"] = (Utf8("/annex/objects/MD5E-s46830571--0a\n"), "git-annex", "git annex get"),
        ["page"] = (Utf8("\n<!DOCTYPE html>\n<html><head><title>Sign in</title>"), "a web page", "Download the file itself"),
        ["page in capitals"] = (Utf8("<HTML><BODY>404</BODY></HTML>"), "a web page", "Download the file itself"),
        ["xml"] = (Utf8("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"), "is XML", "Download the file itself"),
        ["json"] = (Utf8("{\"error\": \"Repository not found\"}"), "JSON text", "configuration"),
        ["index"] = (Utf8("{\"metadata\": {\"total_size\": 9}, \"weight_map\": {}}"), "lie in several files", "Give one of those files"),
        ["text"] = (Utf8("conv1 0.25 0.5 größer\n"), "is text", "not weights"),
        ["pickle"] = ([0x80, 4, 0x95, 1, 0, 0, 0, 0, 0, 0, 0, (byte)'}', (byte)'.'], "a bare pickle", "torch.save"),
        ["pickle of protocol 0"] = (Utf8("(dp0\nVconv1\np1\n"), "a bare pickle", "torch.save"),
        ["old torch.save"] = ([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46], "old format", "PyTorch 1.6"),
        ["gzip"] = ([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], "compressed by gzip", "Unpack it"),
        ["bzip2"] = (Utf8("BZh91AY&SY"), "bzip2", "Unpack it"),
        ["xz"] = ([0xfd, .. "7zXZ"u8, 0, 0, 4], "xz", "Unpack it"),
        ["zstd"] = ([0x28, 0xb5, 0x2f, 0xfd, 4, 0], "Zstandard", "Unpack it"),
        ["7z"] = ([.. "7z"u8, 0xbc, 0xaf, 0x27, 0x1c], "7z", "Unpack it"),
        ["tar"] = (Tar("resnet18/model.pth"), "a tar archive, first of resnet18/model.pth", "Unpack it"),
        ["tar of the oldest torch.save"] = (Tar("sys_info"), "oldest format", "PyTorch 1.6"),
        ["zip"] = (Zip("model/resnet18.pth"), "none of torch.save", "It holds model/resnet18.pth"),
        ["npz"] = (Zip("conv1.npy", "bn1.npy"), "NumPy arrays (.npz)", "safetensors"),
        ["npy"] = ([0x93, .. "NUMPY"u8, 1, 0], "NumPy array (.npy)", "safetensors"),
        ["hdf5"] = ([0x89, .. "HDF\r\n\u001a\n"u8], "HDF5", "safetensors"),
        ["saved model"] = ([8, 1, 0x12, 0xe3, 0xb7, 1, 0x0a], "SavedModel", "safetensors"),
        ["graph"] = ([0x0a, 30, 0x0a, 5, .. "input"u8, 0x12], "TensorFlow graph", "safetensors"),
        ["tflite"] = ([0x1c, 0, 0, 0, .. "TFL3"u8], "TensorFlow Lite", "safetensors"),
        ["gguf"] = ([.. "GGUF"u8, 3, 0, 0, 0], "GGUF", "safetensors"),
        ["png"] = ([0x89, .. "PNG\r\n\u001a\n"u8], "an image (PNG)", "not weights"),
        ["jpeg"] = ([0xff, 0xd8, 0xff, 0xe0], "an image (JPEG)", "not weights"),
        ["tiff"] = (Utf8("II*\0"), "an image (TIFF)", "not weights"),
        ["pdf"] = (Utf8("%PDF-1.7"), "PDF", "not weights"),
        ["program"] = ([0x7f, .. "ELF"u8, 2, 1, 1], "ELF", "not weights"),
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Files
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var kind in Kinds.Keys)
            {
                data.Add(kind, "weights.safetensors");
                data.Add(kind, "weights.pth");
            }
            return data;
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void AFileOfAnotherKindIsNamedAsWhatItIs(string kind, string name)
    {
        var (bytes, expected, advice) = Kinds[kind];
        var path = folder.Write(name, bytes);
        using var encoder = new ConvNet(32);
        foreach (var read in Readers(encoder))
        {
            var message = Assert.Throws<InvalidDataException>(() => read(path)).Message;
            Assert.StartsWith($"'{path}' ", message);
            Assert.Contains(expected, message);
            Assert.Contains(advice, message);
        }
    }

    [ReportedFact]
    public void ReportedFilesAreNamedAsWhatTheyAre()
    {
        var files = ReportedCases.Read("not_weights");
        using var encoder = new ConvNet(32);
        foreach (var (name, kind) in new[]
        {
            ("m_lfs_pointer.safetensors", "Git LFS pointer"), ("n_html.safetensors", "web page"), ("o_empty.safetensors", "empty"),
            ("p_pickle_bare.pth", "bare pickle"),
        })
        {
            var path = folder.Write(name, files[name]);
            foreach (var read in Readers(encoder))
                Assert.Contains(kind, Assert.Throws<InvalidDataException>(() => read(path)).Message);
        }
    }

    [Fact]
    public void TheNameOfAFileDoesNotMatter()
    {
        using var source = new ConvNet(32, seed: 4);
        using var encoder = new ConvNet(32);
        EncoderFile.Save(source, folder["encoder.pth"]);
        using (var loaded = EncoderFile.Load(folder["encoder.pth"]))
            Assert.Equal("convnet", loaded.Architecture);
        EncoderFile.LoadWeights(encoder, folder["encoder.pth"]);
        EncoderFile.LoadWeights(encoder, folder.Write("torch.safetensors", TorchFixture.StateDict(source.state_dict())));
    }

    [Fact]
    public void ACutOffFileIsSaidToBeDamaged()
    {
        using var source = new ConvNet(32);
        var bytes = TorchFixture.StateDict(source.state_dict());
        var path = folder.Write("cut.pth", bytes[..(bytes.Length / 2)]);
        using var encoder = new ConvNet(32);
        Assert.Contains("cut off or damaged", Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, path)).Message);
    }

    private static Action<string>[] Readers(Encoder encoder) =>
    [
        path => EncoderFile.Load(path), path => EncoderFile.LoadWeights(encoder, path), path => SafetensorsFile.Read(path),
        path => SafetensorsFile.ReadMetadata(path), path => TorchFile.Read(path), path => ImageClassifier.Load(path),
    ];

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Tar(string name)
    {
        using var stream = new MemoryStream();
        using (var tar = new System.Formats.Tar.TarWriter(stream, leaveOpen: true))
            tar.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name));
        return stream.ToArray();
    }

    private static byte[] Zip(params string[] names)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
                zip.CreateEntry(name);
        }
        return stream.ToArray();
    }
}
