using SelfSup.Data;

namespace SelfSup.Curation;

/// <summary>The classes of some images of a source, such as those that were chosen and then labeled.</summary>
public sealed class ImageLabels
{
    /// <summary>Takes labels.</summary>
    /// <param name="classes">The class of every labeled image, by its place in the source.</param>
    /// <param name="classNames">The names of the classes.</param>
    /// <exception cref="ArgumentException">A class has no name.</exception>
    public ImageLabels(IReadOnlyDictionary<int, int> classes, IReadOnlyList<string> classNames)
    {
        if (classes.Values.Any(label => label < 0 || label >= classNames.Count))
            throw new ArgumentException($"A class is not in 0..{classNames.Count - 1}.", nameof(classes));
        Classes = new SortedDictionary<int, int>(classes.ToDictionary());
        ClassNames = [.. classNames];
    }

    private ImageLabels(IReadOnlyDictionary<int, string> names)
        : this(Number(names, [.. names.Values.Distinct().Order(StringComparer.Ordinal)], out var classNames), classNames)
    {
    }

    /// <summary>The class of every labeled image, by its place in the source, ascending.</summary>
    public IReadOnlyDictionary<int, int> Classes { get; }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Takes the labels of a source of which all images have one.</summary>
    /// <param name="source">The images.</param>
    public static ImageLabels Of(ILabeledImageSource source) =>
        new(Enumerable.Range(0, source.Count).ToDictionary(image => image, source.LabelOf), source.ClassNames);

    /// <summary>Reads a list that <see cref="Selection.WriteList"/> wrote and that somebody filled in.</summary>
    /// <param name="path">
    /// A table with the columns <c>image</c> and <c>label</c>, separated by commas, semicolons or tabs, as spreadsheets save it. Images
    /// without a label are passed over.
    /// </param>
    /// <param name="source">The images that it names.</param>
    /// <returns>The labels, the classes in ordinal order.</returns>
    /// <exception cref="InvalidDataException">It has not these columns, an unknown image, a name that several images have, or an image with two labels; the message names the line.</exception>
    public static ImageLabels ReadList(string path, IImageSource source)
    {
        var places = new Dictionary<string, int>();
        var repeated = new HashSet<string>();
        for (var image = 0; image < source.Count; image++)
        {
            if (!places.TryAdd(source.NameOf(image), image))
                repeated.Add(source.NameOf(image));
        }
        using var table = new TableFile(path);
        var (imageColumn, labelColumn) = (table.ColumnOf("image"), table.ColumnOf("label"));
        if (imageColumn < 0 || labelColumn < 0)
            throw new InvalidDataException($"'{path}' begins with the titles '{string.Join("', '", table.Titles)}'; there must be 'image' and 'label'.");
        var labels = new Dictionary<int, string>();
        while (!table.IsAtEnd)
        {
            var fields = table.ReadRow();
            if (fields.Length <= Math.Max(imageColumn, labelColumn) || fields[labelColumn].Trim() is not { Length: > 0 } label)
                continue;
            var name = places.ContainsKey(fields[imageColumn]) ? fields[imageColumn] : fields[imageColumn].Trim();
            if (!places.TryGetValue(name, out var image))
                throw new InvalidDataException($"'{path}', line {table.Line}: '{name}' is none of the {source.Count:N0} images ({source.Description}).");
            if (repeated.Contains(name))
                throw new InvalidDataException($"'{path}', line {table.Line}: several of the images ({source.Description}) are called '{name}', so that nobody can tell which one is meant. Give them different names.");
            Add(labels, image, label, $"'{path}', line {table.Line}: '{name}'");
        }
        return new(labels);
    }

    /// <summary>
    /// Reads which sub-folder copies or links of the images were moved into: the first-level one is the label, as with
    /// <see cref="LabeledImageFolder"/>. Images are known by what is in their files, whatever the copies are called.
    /// </summary>
    /// <param name="folder">The folder. Files that lie in it itself have no label yet.</param>
    /// <param name="source">The images, each with a file of its own. Of several with the same content each gets the label.</param>
    /// <param name="cancellationToken">Asked before every file.</param>
    /// <returns>The labels, the classes in ordinal order.</returns>
    /// <exception cref="InvalidDataException">A file is none of the images, or copies of an image have two labels; the message names it.</exception>
    public static ImageLabels ReadFolders(string folder, IImageSource source, CancellationToken cancellationToken = default)
    {
        var copies = ImageFolder.Open(folder);
        var contents = FileContents.Of(source);
        var labels = new Dictionary<int, string>();
        for (var i = 0; i < copies.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (copies.NameOf(i).Split('/') is not [var label, _, ..])
                continue;
            var images = contents.Find(copies.FileOf(i));
            if (images.Count == 0)
                throw new InvalidDataException($"'{copies.FileOf(i)}' has the content of none of the {source.Count:N0} images ({source.Description}). If it was edited, put the original in its place.");
            foreach (var image in images)
                Add(labels, image, label, $"'{copies.FileOf(i)}'");
        }
        return new(labels);
    }

    /// <summary>The labeled images, to fit a classifier on.</summary>
    /// <param name="source">The source that the labels are of.</param>
    /// <returns>The images in the order of the source.</returns>
    public ILabeledImageSource ToSource(IImageSource source) =>
        new LabeledImages(new ImageSubset(source, Classes.Keys), [.. Classes.Values], ClassNames);

    private static Dictionary<int, int> Number(IReadOnlyDictionary<int, string> names, string[] distinct, out string[] classNames)
    {
        classNames = distinct;
        return names.ToDictionary(pair => pair.Key, pair => Array.IndexOf(distinct, pair.Value));
    }

    private static void Add(Dictionary<int, string> labels, int image, string label, string where)
    {
        if (!labels.TryAdd(image, label) && labels[image] != label)
            throw new InvalidDataException($"{where} has the label '{label}', and before that the label '{labels[image]}'. Keep one.");
    }
}
