using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>An element type as the safetensors format spells it.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Type">The type; null if it is not read.</param>
/// <param name="Size">Bytes of an element; 0 if it is not read.</param>
internal sealed record SafetensorsType(string Name, ScalarType? Type, int Size)
{
    private static readonly SafetensorsType[] All =
    [
        new("F64", ScalarType.Float64, 8),
        new("F32", ScalarType.Float32, 4),
        new("F16", ScalarType.Float16, 2),
        new("BF16", ScalarType.BFloat16, 2),
        new("I64", ScalarType.Int64, 8),
        new("I32", ScalarType.Int32, 4),
        new("I16", ScalarType.Int16, 2),
        new("I8", ScalarType.Int8, 1),
        new("U8", ScalarType.Byte, 1),
        new("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>The supported names, for messages.</summary>
    public static string Names => string.Join(", ", All.Select(type => type.Name));

    /// <summary>Finds a type by its name in the file, which may be of one that is not read.</summary>
    public static SafetensorsType Named(string name) => Array.Find(All, type => type.Name == name) ?? new(name, null, 0);

    /// <summary>Finds the type of a tensor; null when the format has none.</summary>
    public static SafetensorsType? Find(ScalarType scalar) => Array.Find(All, type => type.Type == scalar);
}
