using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using SelfSup.Data;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Writes features for other tools: NumPy, spreadsheets, and everything that reads safetensors.</summary>
public static class FeatureFile
{
    private const int NpyAlignment = 64;

    /// <summary>Writes a layer as a NumPy array, float32 (N, D), which <c>numpy.load</c> reads.</summary>
    /// <param name="path">The file, <c>.npy</c> by custom; an existing one is replaced in one step.</param>
    /// <param name="features">The features.</param>
    /// <param name="layer">The layer's name.</param>
    /// <exception cref="KeyNotFoundException">The layer was not extracted.</exception>
    public static void WriteNpy(string path, FeatureSet features, string layer)
    {
        using var values = features[layer].contiguous();
        AtomicFile.Write(path, stream =>
        {
            stream.Write(NpyHeader(values.shape[0], values.shape[1]));
            foreach (var row in Rows(values))
                stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(row));
        });
    }

    /// <summary>Writes a layer as comma-separated values: a line of titles, then each image's name and features.</summary>
    /// <param name="path">The file, <c>.csv</c> by custom; an existing one is replaced in one step.</param>
    /// <param name="features">The features.</param>
    /// <param name="layer">The layer's name.</param>
    /// <param name="source">The images that they were extracted of.</param>
    /// <exception cref="KeyNotFoundException">The layer was not extracted.</exception>
    public static void WriteCsv(string path, FeatureSet features, string layer, IImageSource source)
    {
        using var values = features[layer].contiguous();
        AtomicFile.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            text.WriteLine("image," + string.Join(',', Enumerable.Range(0, (int)values.shape[1]).Select(i => $"feature{i}")));
            foreach (var (row, index) in Rows(values).Zip(features.Indices))
                text.WriteLine($"{Quote(source.NameOf(index))},{string.Join(',', row.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}");
        });
    }

    /// <summary>Writes all layers as safetensors, float32 (N, D) each, with <c>indices</c> (N) and, when given, <c>labels</c> (N), int64.</summary>
    /// <param name="path">The file, <c>.safetensors</c> by custom; an existing one is replaced in one step.</param>
    /// <param name="features">The features.</param>
    /// <param name="source">The labeled images that they were extracted of; null writes no labels.</param>
    public static void WriteSafetensors(string path, FeatureSet features, ILabeledImageSource? source = null)
    {
        using var scope = NewDisposeScope();
        var tensors = features.Layers.ToDictionary(layer => layer, layer => features[layer]);
        tensors["indices"] = tensor(features.Indices.Select(index => (long)index).ToArray(), device: CPU);
        if (source is not null)
            tensors["labels"] = tensor(features.Indices.Select(index => (long)source.LabelOf(index)).ToArray(), device: CPU);
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string>());
    }

    /// <summary>The head of version 1.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.</summary>
    private static byte[] NpyHeader(long rows, long columns)
    {
        const int prefix = 10;
        var text = FormattableString.Invariant($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        var length = prefix + text.Length + 1;
        text = text.PadRight(text.Length + (-length & (NpyAlignment - 1))) + "\n";
        var header = new byte[prefix + text.Length];
        header[0] = 0x93;
        "NUMPY"u8.CopyTo(header.AsSpan(1));
        header[6] = 1; // version 1.0
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)text.Length);
        Encoding.ASCII.GetBytes(text, header.AsSpan(prefix));
        return header;
    }

    private static IEnumerable<float[]> Rows(Tensor values)
    {
        for (long row = 0; row < values.shape[0]; row++)
        {
            using var one = values.select(0, row);
            yield return one.data<float>().ToArray();
        }
    }

    /// <summary>A name as a field of comma-separated values.</summary>
    internal static string Quote(string name) =>
        name.AsSpan().IndexOfAny(",\"\n\r") < 0 ? name : $"\"{name.Replace("\"", "\"\"")}\"";
}
