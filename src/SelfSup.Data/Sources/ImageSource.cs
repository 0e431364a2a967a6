namespace SelfSup.Data;

/// <summary>Opens images by what a user types: a folder, tar files, a list, or a file of packed images.</summary>
public static class ImageSource
{
    private const string Kinds =
        "a folder of images, tar files such as part-{0000..0099}.tar, a list that ends in .txt or .csv, or a file of packed images";

    /// <summary>Opens images.</summary>
    /// <param name="place">
    /// A folder (<see cref="ImageFolder"/>), a tar file or a pattern of some (<see cref="TarImages.Open"/>), a list that ends in <c>.txt</c>,
    /// <c>.csv</c> or <c>.tsv</c> (<see cref="ImageList"/>), or a packed file (<see cref="PackedImages"/>).
    /// </param>
    /// <param name="decoder">Decodes the images; <see cref="IImageDecoder.Default"/> if null. Packed images need none.</param>
    /// <returns>The images; an <see cref="IDisposable"/> where they hold files open.</returns>
    /// <exception cref="FileNotFoundException">There is no such thing, or a file that a pattern names is missing.</exception>
    /// <exception cref="InvalidDataException">It is none of these, or holds no images.</exception>
    public static IImageSource Open(string place, IImageDecoder? decoder = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(place);
        if (Directory.Exists(place))
            return ImageFolder.Open(place, decoder);
        return Path.GetExtension(place).ToLowerInvariant() switch
        {
            ".tar" => TarImages.Open(place, decoder),
            ".txt" or ".csv" or ".tsv" => ImageList.Open(place, decoder),
            _ when !File.Exists(place) => throw new FileNotFoundException($"There is no '{place}'; give {Kinds}.", place),
            _ when PackHeader.HasMagic(place) => PackedImages.Open(place),
            _ => throw new InvalidDataException($"'{place}' is none of what images are read from; give {Kinds}."),
        };
    }

    /// <summary>Opens images each of which has a class, as <see cref="Open"/> does; of a folder every sub-folder is a class.</summary>
    /// <inheritdoc cref="Open"/>
    public static ILabeledImageSource OpenLabeled(string place, IImageDecoder? decoder = null)
    {
        var images = Directory.Exists(place) ? LabeledImageFolder.Open(place, decoder) : Open(place, decoder);
        if (images is ILabeledImageSource labeled)
            return labeled;
        (images as IDisposable)?.Dispose();
        throw new InvalidDataException(
            $"Not every image in '{place}' has a class. In tar files give each a member of its name that ends in .cls; in a .csv list fill in the "
            + "column 'label'; packed images have the classes that they were packed with.");
    }
}
