using System.Text;
using SelfSup.Data;
using SelfSup.Files;
using SelfSup.Transfer;

namespace SelfSup.Curation;

/// <summary>Chooses which images to label, and hands them over to whoever labels them.</summary>
public static class Selection
{
    /// <summary>Chooses images by their features.</summary>
    /// <param name="features">The images' features.</param>
    /// <param name="layer">Which of them, such as <see cref="FeatureLayer.PooledName"/>.</param>
    /// <param name="count">How many images to choose, at least 1.</param>
    /// <param name="method">How; null means <see cref="MaxHerding"/>.</param>
    /// <param name="labels">Images that are labeled already; they are taken into account, and not chosen again.</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked between blocks of work.</param>
    /// <returns>Places in the source, the most telling images first.</returns>
    /// <exception cref="ArgumentException">There are not so many images without a label, or the method needs labels that are not there.</exception>
    public static int[] Choose(
        FeatureSet features, string layer, int count, SelectionMethod? method = null, ImageLabels? labels = null,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        // Labeled images that cannot be read have no features to go by.
        var known = labels is null ? [] : features.Indices.Index()
            .Where(row => labels.Classes.ContainsKey(row.Item))
            .ToDictionary(row => row.Index, row => labels.Classes[row.Item]);
        return [.. (method ?? new MaxHerding()).Choose(features[layer], count, known, progress, cancellationToken).Select(row => features.Indices[row])];
    }

    /// <summary>
    /// Writes a list to fill in, a table of comma-separated values with the columns <c>image</c> and <c>label</c>, which
    /// <see cref="ImageLabels.ReadList"/> reads.
    /// </summary>
    /// <param name="path">The file, <c>.csv</c> by custom, which must not be there yet: somebody may have filled it in.</param>
    /// <param name="source">The images.</param>
    /// <param name="images">Which of them, in the order of the list.</param>
    /// <exception cref="IOException">The file is there.</exception>
    public static void WriteList(string path, IImageSource source, IEnumerable<int> images)
    {
        if (Path.Exists(path))
            throw new IOException($"'{path}' is there already and may have labels in it; write to another file, or remove it.");
        AtomicFile.Write(path, stream =>
        {
            using var text = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            text.WriteLine("image,label");
            foreach (var image in images)
                text.WriteLine($"{FeatureFile.Quote(source.NameOf(image))},");
        });
    }

    /// <summary>
    /// Copies image files to a folder, to be moved into a sub-folder for each class, which <see cref="ImageLabels.ReadFolders"/> reads.
    /// </summary>
    /// <param name="folder">The folder; created if missing.</param>
    /// <param name="source">The images.</param>
    /// <param name="images">Which of them. Their numbers in this order, from 1, begin the names of the copies.</param>
    /// <param name="cancellationToken">Asked before every file.</param>
    /// <exception cref="ArgumentException">An image has no file of its own.</exception>
    /// <exception cref="IOException">A file of that name is there.</exception>
    public static void CopyFiles(string folder, IImageSource source, IEnumerable<int> images, CancellationToken cancellationToken = default) =>
        Export(folder, source, images, (from, to) => File.Copy(from, to), cancellationToken);

    /// <summary>Makes symbolic links to image files in a folder, as <see cref="CopyFiles"/> copies; Windows allows it to some users alone.</summary>
    /// <inheritdoc cref="CopyFiles"/>
    public static void LinkFiles(string folder, IImageSource source, IEnumerable<int> images, CancellationToken cancellationToken = default) =>
        Export(folder, source, images, (from, to) => File.CreateSymbolicLink(to, from), cancellationToken);

    private static void Export(
        string folder, IImageSource source, IEnumerable<int> images, Action<string, string> export, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var (i, image) in images.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var file = source.FileOf(image)
                ?? throw new ArgumentException($"'{source.NameOf(image)}' has no file of its own to copy or link to; write a list in place of it.", nameof(source));
            export(file, Path.Combine(folder, FormattableString.Invariant($"{i + 1:D4} {Path.GetFileName(file)}")));
        }
    }
}
