using SelfSup.Data;

namespace SelfSup.Parquet;

/// <summary>Opens images in Parquet files, as Hugging Face stores data sets: encoded bytes, their path, and a label.</summary>
/// <remarks>
/// A page of such a file can only be unpacked as a whole, and training reads images in random order. So opening copies the encoded images
/// once to a temporary file, which takes as much room as they do and is gone with them.
/// </remarks>
public static class ParquetImages
{
    /// <summary>Opens Parquet files and unpacks their images.</summary>
    /// <param name="pattern">
    /// A file, or many: <c>{0000..0099}</c> counts, <c>{a,b}</c> lists, and in the last part of the path <c>*</c> and <c>?</c> stand for what is there.
    /// </param>
    /// <param name="options">The columns, and where the copy lies; null means the defaults.</param>
    /// <param name="cancellationToken">Stops unpacking.</param>
    /// <returns>
    /// The images; an <see cref="ILabeledImageSource"/> if each of them has a label, with the names of classes that the first file has for
    /// its numbers. Disposing them deletes the copy.
    /// </returns>
    /// <exception cref="FileNotFoundException">A file that the pattern names is missing.</exception>
    /// <exception cref="InvalidDataException">A file is no Parquet file, has no such column, or no file has an image.</exception>
    /// <exception cref="IOException">The copy cannot be written, such as on a full disk.</exception>
    public static async Task<ShardedImages> OpenAsync(
        string pattern, ParquetImagesOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        var shards = new List<ShardListing>();
        try
        {
            foreach (var file in ShardPattern.Find(pattern))
                shards.Add(await ParquetShard.OpenAsync(file, options, cancellationToken).ConfigureAwait(false));
            return ShardedImages.Join(pattern, shards, $"no row has one in its column '{options.ImageColumn}'", options.Decoder);
        }
        catch
        {
            foreach (var shard in shards)
                shard.Images.Dispose();
            throw;
        }
    }
}
