using SelfSup.Data;

namespace SelfSup.Parquet;

/// <summary>How images are read from Parquet files.</summary>
public sealed record ParquetImagesOptions
{
    /// <summary>
    /// The column of the images: encoded bytes, or a group of <c>bytes</c> and <c>path</c>. The default is <c>image</c>.
    /// </summary>
    public string ImageColumn { get; init; } = "image";

    /// <summary>The column of the classes, numbers or names; where it is missing, the images have none. The default is <c>label</c>.</summary>
    public string LabelColumn { get; init; } = "label";

    /// <summary>The folder for the temporary copy of the images; null, the default, means the system's.</summary>
    public string? TemporaryFolder { get; init; }

    /// <summary>Decodes the images; null, the default, means <see cref="IImageDecoder.Default"/>.</summary>
    public IImageDecoder? Decoder { get; init; }
}
