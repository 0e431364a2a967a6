namespace SelfSup.Samples.Web;

/// <summary>A photo of the folder, as the vector store keeps it. docs/web.md describes such a record to other stores.</summary>
internal sealed class Photo
{
    /// <summary>Its place in the folder.</summary>
    public required int Id { get; init; }

    /// <summary>Its path below the folder, which alone is shown.</summary>
    public required string Name { get; init; }

    /// <summary>The encoder's features.</summary>
    public required ReadOnlyMemory<float> Features { get; init; }
}
