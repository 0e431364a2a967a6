namespace SelfSup.Data;

/// <summary>A folder with one sub-folder for every class; the images lie in these, at any depth.</summary>
public sealed class LabeledImageFolder : ILabeledImageSource
{
    private readonly ImageFolder images;
    private readonly ClassFolders classes;

    private LabeledImageFolder(ImageFolder images, ClassFolders classes)
    {
        this.images = images;
        this.classes = classes;
    }

    /// <summary>The full path of the folder.</summary>
    public string Path => images.Path;

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <summary>The names of the sub-folders that hold images, in ordinal order.</summary>
    public IReadOnlyList<string> ClassNames => classes.Names;

    /// <summary>The names of the other sub-folders, in ordinal order: no image in them can be read, so that they are no classes.</summary>
    public IReadOnlyList<string> EmptyFolders => classes.Empty;

    /// <inheritdoc/>
    public IReadOnlyList<ImageFailure> Failures => images.Failures;

    /// <summary>Lists the images of a folder as <see cref="ImageFolder.Open"/> does; the first-level sub-folder is the class.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="decoder">Decodes the files; <see cref="IImageDecoder.Default"/> if null.</param>
    /// <returns>The images.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    /// <exception cref="InvalidDataException">
    /// It has no images, images outside the sub-folders, fewer than two classes, or its classes lie one level lower, as below
    /// <c>train</c> and <c>test</c>.
    /// </exception>
    public static LabeledImageFolder Open(string folder, IImageDecoder? decoder = null)
    {
        var images = ImageFolder.Open(folder, decoder);
        return new LabeledImageFolder(images, ClassFolders.Read(images.Listing, images.Listing.Names, images.Listing.Names, "images"));
    }

    /// <inheritdoc/>
    public int LabelOf(int index) => classes.Labels[index];

    /// <inheritdoc/>
    public string NameOf(int index) => images.NameOf(index);

    /// <inheritdoc/>
    public string? FileOf(int index) => images.FileOf(index);

    /// <summary>The folder, what decodes its files, how many of which kind are left out, and which sub-folders are no classes.</summary>
    public string Description => images.Description + classes.Note;

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => images.Read(index, size, pixels);

    /// <inheritdoc/>
    public void Read(int index, int size, double place, Span<byte> pixels) => images.Read(index, size, place, pixels);

    /// <inheritdoc/>
    public ulong GetFingerprint() => images.GetFingerprint();

    /// <inheritdoc/>
    public ulong GetIdentity() => images.GetIdentity();
}
