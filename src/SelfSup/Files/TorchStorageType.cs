using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>An element type as PyTorch's files spell it: by the class of the storage that holds such elements.</summary>
/// <param name="Name">The class, or whatever the file calls a type that is not read.</param>
/// <param name="Type">The type; null if it is not read.</param>
/// <param name="Size">Bytes of an element; 0 if it is not read.</param>
internal sealed record TorchStorageType(string Name, ScalarType? Type, int Size)
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

    /// <summary>A type that is not read.</summary>
    public static TorchStorageType Unread(string name) => new(name, null, 0);
}
