using SelfSup.Data;

namespace SelfSup.Parquet;

/// <summary>Images in Parquet files each of which has a class.</summary>
public sealed class LabeledParquetImages : ParquetImages, ILabeledImageSource
{
    private readonly StoredLabels labels;

    internal LabeledParquetImages(string pattern, ImageShards images, IReadOnlyList<ImageFailure> failures, StoredLabels labels)
        : base(pattern, images, failures) => this.labels = labels;

    /// <summary>The names of the classes by label: those that the first file has for its numbers, else the numbers, or the names as they are.</summary>
    public IReadOnlyList<string> ClassNames => labels.ClassNames;

    /// <inheritdoc/>
    public int LabelOf(int index) => labels.Labels[index];
}
