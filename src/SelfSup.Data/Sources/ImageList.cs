namespace SelfSup.Data;

/// <summary>The image files that a list names: lines of a text file, or rows of a table.</summary>
public class ImageList : IImageSource
{
    private readonly string[] names;
    private readonly IImageDecoder decoder;

    private protected ImageList(string path, string[] names, IImageDecoder decoder)
    {
        Path = path;
        this.names = names;
        this.decoder = decoder;
    }

    /// <summary>The full path of the list.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public int Count => names.Length;

    /// <summary>The list, and what decodes its files.</summary>
    public string Description => $"{Path}, decoded by {decoder.Name}";

    private string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Reads a list. No image is opened yet.</summary>
    /// <param name="path">
    /// A text file with a path a line; or, where its name ends in <c>.csv</c> or <c>.tsv</c>, a table with a title over every column:
    /// <c>path</c>, <c>image</c> or <c>file</c>, and <c>label</c> if there are classes, separated by commas, semicolons or tabs. Paths are
    /// absolute, or begin at the list's own folder.
    /// </param>
    /// <param name="decoder">Decodes the files; <see cref="IImageDecoder.Default"/> if null.</param>
    /// <returns>The images in the list's order; an <see cref="ILabeledImageSource"/> if every row has a label.</returns>
    /// <exception cref="FileNotFoundException">There is no such list.</exception>
    /// <exception cref="InvalidDataException">It names no image, has no such column, or its first image is not there.</exception>
    public static ImageList Open(string path, IImageDecoder? decoder = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = System.IO.Path.GetFullPath(path);
        if (!File.Exists(full))
            throw new FileNotFoundException($"There is no '{full}'.", full);
        var (names, texts) = System.IO.Path.GetExtension(full).ToLowerInvariant() is ".csv" or ".tsv" ? ReadTable(full) : (ReadLines(full), null);
        if (names.Length == 0)
            throw new InvalidDataException($"'{full}' names no image.");
        var images = texts is not null && StoredLabels.Read(texts) is { } labels
            ? new LabeledImageList(full, names, decoder ?? IImageDecoder.Default, labels)
            : new ImageList(full, names, decoder ?? IImageDecoder.Default);
        return File.Exists(images.FileOf(0))
            ? images
            : throw new InvalidDataException($"'{full}' names '{names[0]}', and there is no '{images.FileOf(0)}'. Paths begin at the list's own folder.");
    }

    /// <summary>The path of an image as the list has it.</summary>
    /// <param name="index">The image, 0..<see cref="Count"/>-1.</param>
    /// <returns>The path.</returns>
    public string NameOf(int index) => names[index];

    /// <inheritdoc/>
    public string FileOf(int index) => System.IO.Path.GetFullPath(names[index], Folder);

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
        var fingerprint = new Fingerprint(nameof(ImageList));
        fingerprint.Add(decoder.Name);
        ImageFiles.AddTo(fingerprint, Folder, names, withTimes: true);
        return fingerprint.Value;
    }

    /// <summary>A number that comes of every file's path and length, and of the content of some files.</summary>
    /// <returns>The number; a copy of the list and its files has the same.</returns>
    public ulong GetIdentity()
    {
        var identity = new Fingerprint(nameof(ImageList));
        ImageFiles.AddTo(identity, Folder, names, withTimes: false);
        ImageFiles.AddContentTo(identity, Folder, names);
        return identity.Value;
    }

    private static string[] ReadLines(string path) => [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];

    private static (string[] Names, string?[]? Texts) ReadTable(string path)
    {
        using var table = new TableFile(path);
        var (nameColumn, labelColumn) = (table.ColumnOf("path", "image", "file"), table.ColumnOf("label"));
        if (nameColumn < 0)
            throw new InvalidDataException($"'{path}' begins with the titles '{string.Join("', '", table.Titles)}'; one must be 'path', 'image' or 'file'.");
        var (names, texts) = (new List<string>(), new List<string?>());
        while (!table.IsAtEnd)
        {
            var fields = table.ReadRow();
            if (fields.Length <= nameColumn || string.IsNullOrWhiteSpace(fields[nameColumn]))
                continue;
            names.Add(NameIn(fields[nameColumn], System.IO.Path.GetDirectoryName(path)!));
            texts.Add(labelColumn >= 0 && labelColumn < fields.Length && fields[labelColumn].Trim() is { Length: > 0 } label ? label : null);
        }
        return ([.. names], labelColumn < 0 ? null : [.. texts]);
    }

    // Outer spaces are of the table, unless a file is called so.
    private static string NameIn(string field, string folder) =>
        field.Trim() is var trimmed && trimmed.Length < field.Length && File.Exists(System.IO.Path.GetFullPath(field, folder)) ? field : trimmed;
}
