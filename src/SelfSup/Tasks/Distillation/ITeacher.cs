using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A frozen network that others learn from: see <see cref="EncoderTeacher"/> for encoders.</summary>
/// <remarks>What it computes of an image never changes, whatever else is in the batch. Implement it for networks of your own.</remarks>
public interface ITeacher
{
    /// <summary>
    /// What identifies the teacher, by name: a hash of its weights, how it sees images, its licence where that is known. A run's record has
    /// it, and a run resumes with the same alone.
    /// </summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Side in pixels of the square images that it looks at.</summary>
    int ImageSize { get; }

    /// <summary>Length of its feature vector.</summary>
    int FeatureCount { get; }

    /// <summary>Channels of its feature map; 0 if it has none.</summary>
    int MapChannels { get; }

    /// <summary>Computes the features of images; it normalizes them itself.</summary>
    /// <param name="images">
    /// RGB images (N, 3, S, S) of side <see cref="ImageSize"/>, uint8 in 0..255 or float in [0, 1], on any device. Borrowed.
    /// </param>
    /// <returns>
    /// On the images' device, without gradient, owned by the caller: features, float32 (N, <see cref="FeatureCount"/>), and the map, float32
    /// (N, <see cref="MapChannels"/>, h, w), or null.
    /// </returns>
    (Tensor Features, Tensor? Map) Compute(Tensor images);
}
