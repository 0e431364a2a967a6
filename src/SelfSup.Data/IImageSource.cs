namespace SelfSup.Data;

/// <summary>Lists images, or clips of several frames, and reads one: a folder, a packed file, a data set, or the app's own store.</summary>
/// <remarks>Implementations are safe to read from several threads at once.</remarks>
public interface IImageSource
{
    /// <summary>Number of images.</summary>
    int Count { get; }

    /// <summary>Consecutive frames of each image: 1, or more in a source of clips. A source that wraps another passes it on.</summary>
    int Frames => 1;

    /// <summary>Where the images come from and what reads them, for reports.</summary>
    string Description => GetType().Name;

    /// <summary>Images that were left out when the source was made, such as those that could not be packed. The default is none.</summary>
    IReadOnlyList<ImageFailure> Failures => [];

    /// <summary>Names an image for reports, such as its path.</summary>
    /// <param name="index">The image, 0..<see cref="Count"/>-1.</param>
    /// <returns>A name that a user can find the image by.</returns>
    string NameOf(int index);

    /// <summary>
    /// The file that holds an image and nothing else, such as to copy it. The default is none; a source that wraps another passes it on.
    /// </summary>
    /// <param name="index">The image, 0..<see cref="Count"/>-1.</param>
    /// <returns>The full path; null where the image has no file of its own, as in a pack.</returns>
    string? FileOf(int index) => null;

    /// <summary>Reads one image, scaled so that its shorter side is <paramref name="size"/> and cropped to the central square.</summary>
    /// <param name="index">The image, 0..<see cref="Count"/>-1.</param>
    /// <param name="size">Side of the square in pixels.</param>
    /// <param name="pixels">
    /// Receives the red, then the green, then the blue plane, 3 x size x size bytes; of a clip those of every frame, one frame after
    /// the other, <see cref="Frames"/> x 3 x size x size bytes.
    /// </param>
    /// <exception cref="ImageReadException">The image cannot be read; the message is the reason.</exception>
    void Read(int index, int size, Span<byte> pixels);

    /// <summary>Reads one image as <see cref="Read(int, int, Span{byte})"/> does, but for the place of the square.</summary>
    /// <param name="index">The image, 0..<see cref="Count"/>-1.</param>
    /// <param name="size">Side of the square in pixels.</param>
    /// <param name="place">
    /// Where along the longer side of the image the square lies, from 0, the left or top end, to 1; 0.5 is the center. In all frames of a
    /// clip it is the same.
    /// </param>
    /// <param name="pixels">Receives what <see cref="Read(int, int, Span{byte})"/> writes.</param>
    /// <remarks>
    /// Pretraining asks for another place in every epoch, so that all of a wide image is seen. A source that does not implement it gives
    /// the central square every time: right for square images. A source that wraps another passes it on.
    /// </remarks>
    /// <exception cref="ImageReadException">The image cannot be read; the message is the reason.</exception>
    void Read(int index, int size, double place, Span<byte> pixels) => Read(index, size, pixels);

    /// <summary>Tells that neighboring images are read soon, in any order, so that a slow disk can read them in one go.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many there are.</param>
    /// <remarks>Nothing is done by default, and by sources of a file an image. A source that wraps another passes it on.</remarks>
    void Prefetch(int first, int count)
    {
    }

    /// <summary>A number that changes when the images do, so that a packed copy of them is known to be out of date.</summary>
    /// <returns>By default it comes of the names alone; a source that cheaply knows more, such as when files were written, adds it.</returns>
    ulong GetFingerprint()
    {
        var fingerprint = new Fingerprint(nameof(IImageSource));
        for (var i = 0; i < Count; i++)
            fingerprint.Add(NameOf(i));
        return fingerprint.Value;
    }

    /// <summary>
    /// A number that tells these images from others, and that stays the same when they are copied to another place: a run resumes with the
    /// same images alone.
    /// </summary>
    /// <returns>By default the fingerprint; a source that puts places or times into that leaves them out here.</returns>
    ulong GetIdentity() => GetFingerprint();
}

/// <summary>An image source that knows the class of every image.</summary>
public interface ILabeledImageSource : IImageSource
{
    /// <summary>The names of the classes, by label.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>The class of an image.</summary>
    /// <param name="index">The image, 0..<see cref="IImageSource.Count"/>-1.</param>
    /// <returns>A label in 0..<see cref="ClassNames"/>.Count-1.</returns>
    int LabelOf(int index);
}
