namespace SelfSup.Data;

/// <summary>
/// Clips of the videos below a folder, at any depth. A video is a sub-folder whose image files are its frames, or an animated GIF,
/// WebP or PNG file. It is cut into as many clips as it holds without overlap; frames left over at its end are not used.
/// </summary>
/// <remarks>
/// Frames are ordered by their names, numbers by value. A clip of an animation is drawn from the last frame before it that stands for
/// itself, often the first: pack long animations (<see cref="PackedImages"/>).
/// </remarks>
public sealed class ClipFolder : IImageSource
{
    private static readonly string[] animated = [".gif", ".webp", ".png", ".apng"];

    private readonly ClipOptions options;
    private readonly IImageDecoder decoder;
    private readonly (FrameSequence Video, int First)[] clips;
    private readonly FolderListing listing;
    private string classNote = "";

    private ClipFolder(FolderListing listing, ClipOptions options, IImageDecoder decoder, FrameSequence[] videos)
    {
        this.listing = listing;
        this.options = options;
        this.decoder = decoder;
        // A video that is too short stays, as a clip that cannot be read, so that it is named among the failures.
        clips = [.. videos.SelectMany(video => Enumerable.Range(0, Math.Max(1, video.Count / options.Span))
            .Select(i => (video, i * options.Span)))];
    }

    /// <summary>The full path of the folder.</summary>
    public string Path => listing.Root;

    /// <inheritdoc/>
    public int Count => clips.Length;

    /// <inheritdoc/>
    public int Frames => options.Frames;

    /// <summary>The folder, what decodes its files, and how many of which kind are left out.</summary>
    public string Description => $"{Path}, clips of {Frames} frames, decoded by {decoder.Name}{listing.LeftOut.Note}{classNote}";

    /// <summary>
    /// What may well hold clips and is left out: video files, images of kinds that are not read, folders that may not be entered, and, on
    /// Linux, names that are not UTF-8.
    /// </summary>
    public IReadOnlyList<ImageFailure> Failures => listing.LeftOut.Failures;

    /// <summary>Lists the clips of a folder. Of GIF, WebP and PNG files the frames are counted; no other file is opened yet.</summary>
    /// <param name="folder">The folder; hidden files and folders are passed over.</param>
    /// <param name="options">Frames and stride; null means 16 frames in a row.</param>
    /// <param name="decoder">Decodes files that are frames; <see cref="IImageDecoder.Default"/> if null.</param>
    /// <returns>The clips, in the ordinal order of the videos' paths.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    /// <exception cref="InvalidDataException">There is no image in it, or every video is too short for a clip.</exception>
    public static ClipFolder Open(string folder, ClipOptions? options = null, IImageDecoder? decoder = null)
    {
        options ??= new ClipOptions();
        options.Validate();
        decoder ??= IImageDecoder.Default;
        var listing = FolderListing.Of(folder, ImageKinds.UnreadImagesAndVideos);
        var (root, names) = (listing.Root, listing.Names);
        FrameSequence[] animations = [.. names
            .Where(name => animated.Contains(System.IO.Path.GetExtension(name), StringComparer.OrdinalIgnoreCase))
            .Select(name => OpenAnimation(root, name))
            .Where(animation => animation.Count > 1)];
        var folders = names.Except(animations.Select(animation => animation.Name))
            .GroupBy(name => name[..Math.Max(0, name.LastIndexOf('/'))])
            .Select(frames => new FrameFiles(
                root, frames.Key.Length > 0 ? frames.Key : System.IO.Path.GetFileName(root), [.. frames.Order(NaturalOrder.Instance)], decoder));
        FrameSequence[] videos = [.. animations.Concat(folders).OrderBy(video => video.Name, StringComparer.Ordinal)];
        if (videos.MaxBy(video => video.Count) is { } longest && longest.Count < options.Span)
        {
            throw new InvalidDataException(
                $"There is no clip of {options.Frames} frames in '{root}': {Shortage(longest, options)}, and no other has more. "
                + $"A video is a folder of frames, or an animated GIF, WebP or PNG file{listing.LeftOut.Note}.");
        }
        return new ClipFolder(listing, options, decoder, videos);
    }

    /// <summary>Lists the clips of a folder with one sub-folder for every class, in which the videos lie at any depth.</summary>
    /// <returns>The clips with their classes; a class folder that holds frames itself is a video.</returns>
    /// <exception cref="InvalidDataException">
    /// There is no clip, a video lies outside the sub-folders, there are fewer than two classes, or the classes lie one level lower, as
    /// below <c>train</c> and <c>test</c>.
    /// </exception>
    /// <inheritdoc cref="Open"/>
    public static LabeledImages OpenLabeled(string folder, ClipOptions? options = null, IImageDecoder? decoder = null)
    {
        var clips = Open(folder, options, decoder);
        // Files lie one level deeper than the folder of frames that they make up.
        string[] files = [.. clips.clips.Select(clip => clip.Video.Files[0])];
        string[] videos = [.. clips.clips.Select(clip => clip.Video.Name)];
        var classes = ClassFolders.Read(clips.listing, files, videos, "videos");
        clips.classNote = classes.Note;
        return new LabeledImages(clips, classes.Labels, classes.Names);
    }

    /// <summary>The path of a clip's video below <see cref="Path"/>, with slashes, and which of its frames the clip is.</summary>
    /// <param name="index">The clip, 0..<see cref="Count"/>-1.</param>
    /// <returns>Such as <c>walk/3</c>, or <c>walk.gif, frames 16 to 31</c> where a video has several clips.</returns>
    public string NameOf(int index)
    {
        var (video, first) = clips[index];
        return video.Count / options.Span < 2
            ? video.Name
            : FormattableString.Invariant($"{video.Name}, frames {first} to {first + options.Span - 1}");
    }

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels) => Read(index, size, SquareCrop.Center, pixels);

    /// <inheritdoc/>
    public void Read(int index, int size, double place, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var (video, first) = clips[index];
        if (video.Count < options.Span)
            throw new ImageReadException(Shortage(video, options));
        video.Read(first, options.Stride, size, place, pixels[..checked(Frames * 3 * size * size)]);
    }

    /// <summary>A number that comes of the options, the decoder, and every file's path, length and time of its last change.</summary>
    /// <returns>The number; the folder may move without changing it.</returns>
    public ulong GetFingerprint() => Describe(decoder.Name, withTimes: true);

    /// <summary>A number that comes of the options, of every file's path and length, and of the content of some files.</summary>
    /// <returns>The number; a copy of the folder has the same.</returns>
    public ulong GetIdentity() => Describe("", withTimes: false);

    private ulong Describe(string reader, bool withTimes)
    {
        var fingerprint = new Fingerprint(nameof(ClipFolder));
        fingerprint.Add((ulong)options.Frames);
        fingerprint.Add((ulong)options.Stride);
        fingerprint.Add(reader);
        string[] files = [.. clips.Select(clip => clip.Video).Distinct().SelectMany(video => video.Files)];
        ImageFiles.AddTo(fingerprint, Path, files, withTimes);
        if (!withTimes)
            ImageFiles.AddContentTo(fingerprint, Path, files);
        return fingerprint.Value;
    }

    private static FrameSequence OpenAnimation(string root, string name)
    {
        var path = System.IO.Path.Combine(root, name);
        return System.IO.Path.GetExtension(name).EndsWith("png", StringComparison.OrdinalIgnoreCase)
            ? new PngAnimationFile(root, name, PngAnimationFile.CountFrames(path))
            : new AnimationFile(root, name, AnimationFile.CountFrames(path));
    }

    private static string Shortage(FrameSequence video, ClipOptions options)
    {
        var stride = options.Stride == 1 ? "" : $" with a stride of {options.Stride}";
        return $"'{video.Name}' has {video.Count} frames, and a clip of {options.Frames}{stride} needs {options.Span}";
    }
}
