namespace SelfSup.Data;

/// <summary>The image files that a table names, each with its class.</summary>
internal sealed class LabeledImageList(string path, string[] names, IImageDecoder decoder, StoredLabels labels)
    : ImageList(path, names, decoder), ILabeledImageSource
{
    public IReadOnlyList<string> ClassNames => labels.ClassNames;

    public int LabelOf(int index) => labels.Labels[index];
}
