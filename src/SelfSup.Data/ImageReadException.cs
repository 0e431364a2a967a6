namespace SelfSup.Data;

/// <summary>An image cannot be read. The message says why, and names the file where one was asked for by its path.</summary>
public sealed class ImageReadException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Why the image cannot be read.</param>
    /// <param name="cause">The underlying error, if any.</param>
    public ImageReadException(string reason, Exception? cause = null)
        : base(reason, cause)
    {
    }
}
