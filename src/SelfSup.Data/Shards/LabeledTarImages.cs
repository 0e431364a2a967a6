namespace SelfSup.Data;

/// <summary>Images in tar files each of which has a class.</summary>
public sealed class LabeledTarImages : TarImages, ILabeledImageSource
{
    private readonly StoredLabels labels;

    internal LabeledTarImages(string pattern, ImageShards images, IReadOnlyList<ImageFailure> failures, StoredLabels labels)
        : base(pattern, images, failures) => this.labels = labels;

    /// <summary>The names of the classes by label: the numbers from 0 to the largest where the files hold numbers.</summary>
    public IReadOnlyList<string> ClassNames => labels.ClassNames;

    /// <summary>Opens tar files as <see cref="TarImages.Open"/> does, each image of which must have a class.</summary>
    /// <inheritdoc cref="TarImages.Open"/>
    public static new LabeledTarImages Open(string pattern, IImageDecoder? decoder = null, CancellationToken cancellationToken = default)
    {
        var images = TarImages.Open(pattern, decoder, cancellationToken);
        if (images is LabeledTarImages labeled)
            return labeled;
        images.Dispose();
        throw new InvalidDataException($"Not every image in '{pattern}' has a class; give each a member of its name that ends in .cls.");
    }

    /// <inheritdoc/>
    public int LabelOf(int index) => labels.Labels[index];
}
