namespace SelfSup.Data;

/// <summary>The image files that a table names, each with its class.</summary>
public sealed class LabeledImageList : ImageList, ILabeledImageSource
{
    private readonly StoredLabels labels;

    internal LabeledImageList(string path, string[] names, IImageDecoder decoder, StoredLabels labels)
        : base(path, names, decoder) => this.labels = labels;

    /// <summary>The names of the classes by label: the numbers from 0 to the largest where all labels are numbers.</summary>
    public IReadOnlyList<string> ClassNames => labels.ClassNames;

    /// <summary>Reads a list as <see cref="ImageList.Open"/> does, every row of which must have a label.</summary>
    /// <inheritdoc cref="ImageList.Open"/>
    public static new LabeledImageList Open(string path, IImageDecoder? decoder = null) =>
        ImageList.Open(path, decoder) as LabeledImageList
        ?? throw new InvalidDataException($"'{path}' does not give every image a class; fill in the column 'label' of a .csv file.");

    /// <inheritdoc/>
    public int LabelOf(int index) => labels.Labels[index];
}
