namespace SelfSup.Data;

/// <summary>The images of a folder in which each sub-folder is a class.</summary>
public sealed class LabeledImageFolder : ILabeledImageSource
{
    private readonly ImageFolder images;
    private readonly int[] labels;

    private LabeledImageFolder(ImageFolder images, string[] classNames, int[] labels) =>
        (this.images, ClassNames, this.labels) = (images, classNames, labels);

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <summary>The names of the sub-folders, in ordinal order.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Lists the images of a folder with their classes.</summary>
    /// <param name="folder">A folder of one sub-folder a class; images may lie deeper in these.</param>
    /// <param name="decoder">The decoder; null means <see cref="SkiaImageDecoder"/>.</param>
    /// <returns>The images.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There are no images, an image lies in no sub-folder, or there is only one class.</exception>
    public static LabeledImageFolder Open(string folder, IImageDecoder? decoder = null)
    {
        var images = ImageFolder.Open(folder, decoder);
        string[] classes = [.. Enumerable.Range(0, images.Count).Select(i => ClassOf(images.NameOf(i)))];
        string[] names = [.. classes.Distinct().Order(StringComparer.Ordinal)];
        if (names.Length < 2)
            throw new InvalidDataException($"The folder {folder} has only the class {names[0]}; it needs a sub-folder for each of at least two classes.");
        var labels = names.Select((name, label) => (name, label)).ToDictionary(pair => pair.name, pair => pair.label);
        return new LabeledImageFolder(images, names, [.. classes.Select(name => labels[name])]);

        string ClassOf(string path) => path.IndexOf('/') is var slash and > 0
            ? path[..slash]
            : throw new InvalidDataException($"{path} in {folder} lies in no sub-folder, so its class is unknown. Put each class into a sub-folder of its own.");
    }

    /// <inheritdoc/>
    public int LabelOf(int index) => labels[index];

    /// <inheritdoc/>
    public string NameOf(int index) => images.NameOf(index);

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => images.Read(index, size, pixels);
}
