namespace SelfSup.Curation;

/// <summary>In what images are the same; the former is the stronger.</summary>
public enum DuplicateMatch
{
    /// <summary>Their files, byte by byte.</summary>
    File,

    /// <summary>Their pixels, at the size at which they were read.</summary>
    Pixels,

    /// <summary>Nearly, by their features: compressed again, resized, mirrored, cropped a little, or shot once more.</summary>
    Features,
}

/// <summary>Images that are the same picture.</summary>
/// <param name="Images">Their places in the source, ascending.</param>
/// <param name="Keep">The one to keep: the largest file, which as a rule has lost least; of equal ones, or without files, the first.</param>
/// <param name="Match">In what they are the same, all of them.</param>
/// <param name="Closeness">
/// The largest of the figures that joined them: their distance, divided by the distance at which other images begin. 0 for the same pixels.
/// </param>
public sealed record DuplicateGroup(IReadOnlyList<int> Images, int Keep, DuplicateMatch Match, double Closeness);

/// <summary>An image that a model is tested on, and the image that it learned from which is the same picture.</summary>
/// <param name="Test">Place of the one in the test source.</param>
/// <param name="Train">Place of the other in the training source: the nearest.</param>
/// <param name="Match">In what they are the same.</param>
/// <param name="Closeness">Their distance, divided by the distance at which other images begin; 0 for the same pixels.</param>
public sealed record LeakedImage(int Test, int Train, DuplicateMatch Match, double Closeness);
