namespace SelfSup.Data;

/// <summary>The image files of a folder and its sub-folders, in the ordinal order of their paths.</summary>
public sealed class ImageFolder : IImageSource
{
    private readonly string[] names;
    private readonly IImageDecoder decoder;

    private ImageFolder(FolderListing listing, IImageDecoder decoder)
    {
        Listing = listing;
        names = listing.Names;
        this.decoder = decoder;
    }

    /// <summary>The full path of the folder.</summary>
    public string Path => Listing.Root;

    /// <inheritdoc/>
    public int Count => names.Length;

    /// <summary>
    /// What may well hold images and is left out: files of other image kinds, such as HEIC or a camera's raw files, folders that may not be
    /// entered, and, on Linux, names that are not UTF-8.
    /// </summary>
    public IReadOnlyList<ImageFailure> Failures => Listing.LeftOut.Failures;

    internal FolderListing Listing { get; }

    /// <summary>
    /// Lists the images of a folder, at any depth: files that end in .jpg, .jpeg, .jpe, .jfif, .png, .apng, .webp, .bmp, .gif,
    /// .tif or .tiff, in upper or lower case, and are not hidden. None is opened yet. Links are followed, but not around in circles. Hidden are
    /// names that begin with a dot, on all systems, and what systems and storage devices keep beside files, such as <c>@eaDir</c> or <c>$RECYCLE.BIN</c>.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="decoder">Decodes the files; <see cref="IImageDecoder.Default"/> if null.</param>
    /// <returns>The images.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    /// <exception cref="InvalidDataException">There is no image in it; the message says what is.</exception>
    public static ImageFolder Open(string folder, IImageDecoder? decoder = null) =>
        new(FolderListing.Of(folder, ImageKinds.UnreadImages), decoder ?? IImageDecoder.Default);

    /// <summary>The path of an image below <see cref="Path"/>, with slashes.</summary>
    /// <param name="index">The image, 0..<see cref="Count"/>-1.</param>
    /// <returns>The path.</returns>
    public string NameOf(int index) => names[index];

    /// <inheritdoc/>
    public string FileOf(int index) => System.IO.Path.Combine(Path, names[index]);

    /// <summary>The folder, what decodes its files, and how many of which kind are left out.</summary>
    public string Description => $"{Path}, decoded by {decoder.Name}{Listing.LeftOut.Note}";

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => Read(index, size, SquareCrop.Center, pixels);

    /// <inheritdoc/>
    public void Read(int index, int size, double place, Span<byte> pixels)
    {
        using var file = FileBytes.Read(FileOf(index));
        decoder.Decode(file.Span, size, place, pixels);
    }

    /// <summary>A number that comes of the decoder and of every file's path, length and time of its last change.</summary>
    /// <returns>The number; the folder may move without changing it.</returns>
    public ulong GetFingerprint()
    {
        var fingerprint = new Fingerprint(nameof(ImageFolder));
        fingerprint.Add(decoder.Name);
        ImageFiles.AddTo(fingerprint, Path, names, withTimes: true);
        return fingerprint.Value;
    }

    /// <summary>A number that comes of every file's path and length, and of the content of some files.</summary>
    /// <returns>The number; a copy of the folder has the same.</returns>
    public ulong GetIdentity()
    {
        var identity = new Fingerprint(nameof(ImageFolder));
        ImageFiles.AddTo(identity, Path, names, withTimes: false);
        ImageFiles.AddContentTo(identity, Path, names);
        return identity.Value;
    }
}
