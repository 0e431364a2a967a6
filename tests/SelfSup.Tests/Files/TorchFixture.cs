using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

/// <summary>Makes files as torch.save does, without Python.</summary>
internal static class TorchFixture
{
    /// <summary>Archives a pickle with the values of storages.</summary>
    public static byte[] Archive(byte[] pickle, params (string Key, byte[] Values)[] storages)
    {
        (string, byte[])[] entries =
        [
            ("data.pkl", pickle),
            ("byteorder", Encoding.ASCII.GetBytes("little")),
            .. storages.Select(storage => ("data/" + storage.Key, storage.Values)),
            ("version", Encoding.ASCII.GetBytes("3\n")),
        ];
        return Zip(CompressionLevel.NoCompression, entries);
    }

    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = zip.CreateEntry("archive/" + name, level).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    /// <summary>The bytes of 0, 1, 2, ...</summary>
    public static byte[] Counting(int count) =>
        MemoryMarshal.AsBytes<float>(Enumerable.Range(0, count).Select(i => (float)i).ToArray()).ToArray();

    /// <summary>A state dict of contiguous float32 and int64 tensors.</summary>
    public static byte[] StateDict(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        var all = tensors.ToArray();
        var pickle = PickleWriter.Dictionary([.. all.Select((pair, i) => (pair.Key, Describe(pair.Value, i)))]);
        return Archive(pickle, [.. all.Select((pair, i) => ($"{i}", pair.Value.contiguous().bytes.ToArray()))]);
    }

    private static Action<PickleWriter> Describe(Tensor tensor, int key) =>
        PickleWriter.Tensor(
            tensor.dtype == ScalarType.Float32 ? "FloatStorage" : "LongStorage",
            $"{key}", tensor.numel(), 0, tensor.shape, tensor.stride());
}
