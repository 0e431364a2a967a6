namespace SelfSup.Data;

/// <summary>A folder with one sub-folder for every class; the images lie in these, at any depth.</summary>
public sealed class LabeledImageFolder : ILabeledImageSource
{
    private readonly ImageFolder images;
    private readonly string[] classNames;
    private readonly int[] labels;

    private LabeledImageFolder(ImageFolder images, string[] classNames, int[] labels)
    {
        this.images = images;
        this.classNames = classNames;
        this.labels = labels;
    }

    /// <summary>The full path of the folder.</summary>
    public string Path => images.Path;

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <summary>The names of the sub-folders that hold images, in ordinal order.</summary>
    public IReadOnlyList<string> ClassNames => classNames;

    /// <summary>Lists the images of a folder as <see cref="ImageFolder.Open"/> does; the first-level sub-folder is the class.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="decoder">Decodes the files; <see cref="IImageDecoder.Default"/> if null.</param>
    /// <returns>The images.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It has no images, images outside the sub-folders, or fewer than two classes.</exception>
    public static LabeledImageFolder Open(string folder, IImageDecoder? decoder = null)
    {
        var images = ImageFolder.Open(folder, decoder);
        string[] names = [.. Enumerable.Range(0, images.Count).Select(images.NameOf)];
        var (classNames, labels) = ImageFiles.ReadClasses(images.Path, names);
        return new LabeledImageFolder(images, classNames, labels);
    }

    /// <inheritdoc/>
    public int LabelOf(int index) => labels[index];

    /// <inheritdoc/>
    public string NameOf(int index) => images.NameOf(index);

    /// <inheritdoc/>
    public string Description => images.Description;

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => images.Read(index, size, pixels);

    /// <inheritdoc/>
    public ulong GetFingerprint() => images.GetFingerprint();

    /// <inheritdoc/>
    public ulong GetIdentity() => images.GetIdentity();
}
