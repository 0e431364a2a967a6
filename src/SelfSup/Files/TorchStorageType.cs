using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>An element type as PyTorch's files spell it: by the class of the storage that holds such elements.</summary>
internal sealed record TorchStorageType(string Name, ScalarType Type, int Size)
{
    /// <summary>The supported types.</summary>
    public static IReadOnlyList<TorchStorageType> All { get; } =
    [
        new("DoubleStorage", ScalarType.Float64, 8),
        new("FloatStorage", ScalarType.Float32, 4),
        new("HalfStorage", ScalarType.Float16, 2),
        new("BFloat16Storage", ScalarType.BFloat16, 2),
        new("LongStorage", ScalarType.Int64, 8),
        new("IntStorage", ScalarType.Int32, 4),
        new("ShortStorage", ScalarType.Int16, 2),
        new("CharStorage", ScalarType.Int8, 1),
        new("ByteStorage", ScalarType.Byte, 1),
        new("BoolStorage", ScalarType.Bool, 1),
    ];
}
