namespace SelfSup.Data;

/// <summary>Packed images whose file has their labels too.</summary>
public sealed class LabeledPackedImages : PackedImages, ILabeledImageSource
{
    internal LabeledPackedImages(string path, PackHeader header, PackTable table, MappedFile map)
        : base(path, header, table, map)
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => Table.ClassNames;

    /// <summary>Opens a file as <see cref="PackedImages.Open"/> does, which must have labels.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The images. Disposing them closes the file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file cannot be used, or has no labels.</exception>
    public static new LabeledPackedImages Open(string path)
    {
        var packed = PackedImages.Open(path);
        if (packed is LabeledPackedImages labeled)
            return labeled;
        packed.Dispose();
        throw new InvalidDataException($"'{packed.Path}' has no labels; pack a labeled source, such as a {nameof(LabeledImageFolder)}.");
    }

    /// <inheritdoc/>
    public int LabelOf(int index)
    {
        Check(index);
        return Table.LabelOf(index);
    }
}
