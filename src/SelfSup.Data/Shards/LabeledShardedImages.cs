namespace SelfSup.Data;

/// <summary>Images in files of many, each of which has a class.</summary>
internal sealed class LabeledShardedImages(string pattern, IReadOnlyList<ShardListing> listings, IImageDecoder decoder, StoredLabels labels)
    : ShardedImages(pattern, listings, decoder), ILabeledImageSource
{
    public IReadOnlyList<string> ClassNames => labels.ClassNames;

    public int LabelOf(int index) => labels.Labels[index];
}
