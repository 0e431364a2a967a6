using SelfSup.Data;
using SelfSup.Parquet;

namespace SelfSup.Samples;

/// <summary>Opens the images that an option of <see cref="Options.Images"/> names. They are open until the program ends.</summary>
internal static class ImageOpener
{
    /// <summary>Opens images.</summary>
    /// <exception cref="FileNotFoundException">A file that a pattern names is missing.</exception>
    /// <exception cref="InvalidDataException">It is nothing that images are read from.</exception>
    public static async Task<IImageSource> OpenAsync(string place, CancellationToken cancellation) =>
        IsParquet(place) ? await ParquetImages.OpenAsync(place, cancellationToken: cancellation) : ImageSource.Open(place);

    /// <summary>Opens images each of which has a class.</summary>
    /// <exception cref="FileNotFoundException">A file that a pattern names is missing.</exception>
    /// <exception cref="InvalidDataException">It is nothing that images are read from, or not each has a class.</exception>
    public static async Task<ILabeledImageSource> OpenLabeledAsync(string place, CancellationToken cancellation) =>
        !IsParquet(place) ? ImageSource.OpenLabeled(place)
        : await ParquetImages.OpenAsync(place, cancellationToken: cancellation) as ILabeledImageSource
            ?? throw new InvalidDataException($"Not every image in '{place}' has a class; there must be a column 'label'.");

    private static bool IsParquet(string place) => Path.GetExtension(place).Equals(".parquet", StringComparison.OrdinalIgnoreCase);
}
