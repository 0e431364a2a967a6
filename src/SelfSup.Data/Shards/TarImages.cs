using System.Runtime.ExceptionServices;

namespace SelfSup.Data;

/// <summary>Opens images in tar files, as WebDataset writes them.</summary>
public static class TarImages
{
    /// <summary>Opens tar files: reads their headers alone. A damaged member is left out and named, and the rest is read.</summary>
    /// <param name="pattern">
    /// A file, or many: <c>{0000..0099}</c> counts, <c>{a,b}</c> lists, and in the last part of the path <c>*</c> and <c>?</c> stand for what is there.
    /// </param>
    /// <param name="decoder">Decodes the images; <see cref="IImageDecoder.Default"/> if null.</param>
    /// <param name="cancellationToken">Stops reading the headers.</param>
    /// <returns>
    /// The images; an <see cref="ILabeledImageSource"/> if each of them has a class: a member of the same name that ends in <c>.cls</c> and
    /// holds a number or a name, or one that ends in <c>.json</c> and has it as <c>label</c>. Disposing them closes the files.
    /// </returns>
    /// <exception cref="FileNotFoundException">A file that the pattern names is missing.</exception>
    /// <exception cref="InvalidDataException">A file is no tar file, or compressed, or there is no image in any.</exception>
    public static ShardedImages Open(string pattern, IImageDecoder? decoder = null, CancellationToken cancellationToken = default)
    {
        var files = ShardPattern.Find(pattern);
        var shards = new ShardListing[files.Length];
        try
        {
            Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = cancellationToken },
                i => shards[i] = TarShard.Open(files[i], cancellationToken));
            return ShardedImages.Join(pattern, shards, $"no member that ends in {string.Join(", ", ImageKinds.Read)}", decoder);
        }
        catch (Exception error)
        {
            foreach (var shard in shards)
                shard?.Images.Dispose();
            if (error is AggregateException { InnerExceptions: [var first, ..] })
                ExceptionDispatchInfo.Throw(first);
            throw;
        }
    }
}
