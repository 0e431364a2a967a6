using System.Globalization;
using System.Runtime.InteropServices;
using OnnxSchema;
using static TorchSharp.torch;

namespace SelfSup.Onnx;

/// <summary>Reads the tensors of a model.</summary>
internal static class OnnxTensor
{
    private const int External = 1;

    // Values of TensorProto.data_type.
    private static readonly Dictionary<int, (ScalarType Type, int Bytes)> Types = new()
    {
        [1] = (ScalarType.Float32, 4),
        [2] = (ScalarType.Byte, 1),
        [3] = (ScalarType.Int8, 1),
        [5] = (ScalarType.Int16, 2),
        [6] = (ScalarType.Int32, 4),
        [7] = (ScalarType.Int64, 8),
        [10] = (ScalarType.Float16, 2),
        [11] = (ScalarType.Float64, 8),
        [16] = (ScalarType.BFloat16, 2),
    };

    /// <summary>The type; null if it is not read.</summary>
    public static ScalarType? TypeOf(TensorProto tensor) => Types.TryGetValue(tensor.DataType, out var type) ? type.Type : null;

    /// <summary>Reads the values.</summary>
    /// <param name="tensor">The tensor; its type is one that is read.</param>
    /// <param name="modelPath">The model's file: values may stand in another one beside it.</param>
    /// <returns>The tensor on the CPU, in the dispose scope.</returns>
    /// <exception cref="InvalidDataException">There are not as many values as the shape says, or the other file is not there.</exception>
    public static Tensor Read(TensorProto tensor, string modelPath)
    {
        var (type, size) = Types[tensor.DataType];
        var bytes = BytesOf(tensor, modelPath);
        if (tensor.Dims.Any(dimension => dimension < 0) || bytes.Length % size != 0 || CountOf(tensor) != bytes.Length / size)
        {
            throw new InvalidDataException(
                $"its tensor '{tensor.Name}' is damaged: it has {bytes.Length} bytes of {type}, which is not [{string.Join(", ", tensor.Dims)}]");
        }
        using var scope = NewDisposeScope();
        var values = empty([.. tensor.Dims], dtype: type, device: CPU);
        bytes.CopyTo(values.bytes);
        return values.MoveToOuterDisposeScope();
    }

    // As a fraction, for a product of many sides may be beyond any integer.
    private static decimal CountOf(TensorProto tensor)
    {
        var count = 1m;
        foreach (var dimension in tensor.Dims)
        {
            count *= dimension;
            if (count > int.MaxValue)
                return -1; // longer than any file's
        }
        return count;
    }

    private static ReadOnlySpan<byte> BytesOf(TensorProto tensor, string modelPath)
    {
        if (tensor.DataLocation == External)
            return ReadExternal(tensor, modelPath);
        if (tensor.RawData.Length > 0)
            return tensor.RawData.Span;
        // The other fields have a place for each value, however short its type.
        return Types[tensor.DataType].Type switch
        {
            ScalarType.Float32 => MemoryMarshal.AsBytes<float>(tensor.FloatData.ToArray()),
            ScalarType.Float64 => MemoryMarshal.AsBytes<double>(tensor.DoubleData.ToArray()),
            ScalarType.Int64 => MemoryMarshal.AsBytes<long>(tensor.Int64Data.ToArray()),
            ScalarType.Int32 => MemoryMarshal.AsBytes<int>(tensor.Int32Data.ToArray()),
            ScalarType.Byte or ScalarType.Int8 => tensor.Int32Data.Select(value => (byte)value).ToArray(),
            _ => MemoryMarshal.AsBytes<ushort>(tensor.Int32Data.Select(value => (ushort)value).ToArray()),
        };
    }

    private static byte[] ReadExternal(TensorProto tensor, string modelPath)
    {
        var entries = tensor.ExternalData.GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Last().Value);
        var name = entries.GetValueOrDefault("location", "");
        // A model must not reach for other files of this machine.
        if (name.Length == 0 || name is "." or ".." || name != Path.GetFileName(name))
            throw new InvalidDataException($"its tensor '{tensor.Name}' is in '{name}', which is no name of a file beside the model");
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(modelPath))!, name);
        if (!File.Exists(path))
            throw new InvalidDataException($"its weights are in a second file, '{name}', which is not beside it; put it there");
        using var stream = File.OpenRead(path);
        var offset = Number("offset", 0);
        var length = Number("length", stream.Length - offset);
        if (offset < 0 || length < 0 || offset > stream.Length || length > Math.Min(stream.Length - offset, Array.MaxLength))
            throw new InvalidDataException($"its tensor '{tensor.Name}' reaches beyond the end of '{name}', which is cut off");
        var bytes = new byte[length];
        stream.Position = offset;
        stream.ReadExactly(bytes);
        return bytes;

        long Number(string key, long byDefault) =>
            entries.TryGetValue(key, out var text)
                ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1
                : byDefault;
    }
}
