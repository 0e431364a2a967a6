using System.Text.Json;
using static TorchSharp.torch;

namespace SelfSup.Tests;

/// <summary>Numbers that the original implementations of published methods give, where the shared data folder has them.</summary>
internal static class ReferenceVectors
{
    public const string Missing = "No shared/modern-vectors.json above the tests.";

    private static readonly Lazy<JsonDocument> Document = new(() => JsonDocument.Parse(File.ReadAllText(FilePath!)));

    public static string? FilePath { get; } = Find();

    /// <summary>An entry of the file.</summary>
    /// <param name="path">Names from the outermost to the innermost.</param>
    public static JsonElement Get(params string[] path) =>
        path.Aggregate(Document.Value.RootElement, (element, name) => element.GetProperty(name));

    /// <summary>The numbers of an entry, in the order in which they stand, however it is nested.</summary>
    public static double[] Numbers(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().SelectMany(Numbers)] : [element.GetDouble()];

    /// <summary>The inputs of the file's cases: multiples of 1/64 below 2, by a formula of place and seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="shape">The shape, filled row by row.</param>
    /// <returns>A float64 tensor, owned by the caller or its scope.</returns>
    public static Tensor Fill(long seed, params long[] shape)
    {
        var values = new double[shape.Aggregate(1L, (product, size) => product * size)];
        for (long k = 0; k < values.Length; k++)
            values[k] = ((k * k * k + 13 * k * k + (2 * seed + 5) * k + 17 * seed + 7) % 251 - 125) / 64.0;
        return tensor(values, shape);
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "modern-vectors.json");
            if (File.Exists(path))
                return path;
        }
        return null;
    }
}

/// <summary>A test that is skipped, with the reason, where the reference vectors are absent.</summary>
internal sealed class ReferenceFactAttribute : FactAttribute
{
    public ReferenceFactAttribute()
    {
        if (ReferenceVectors.FilePath is null)
            Skip = ReferenceVectors.Missing;
    }
}

/// <summary>A theory that is skipped, with the reason, where the reference vectors are absent.</summary>
internal sealed class ReferenceTheoryAttribute : TheoryAttribute
{
    public ReferenceTheoryAttribute()
    {
        if (ReferenceVectors.FilePath is null)
            Skip = ReferenceVectors.Missing;
    }
}
