using static TorchSharp.torch;

namespace SelfSup;

/// <summary>Channel statistics of RGB pixels in [0, 1], used to normalize an encoder's input.</summary>
public sealed class Normalization
{
    private readonly float[] mean;
    private readonly float[] deviation;

    /// <summary>Creates the statistics.</summary>
    /// <param name="mean">Mean of red, green and blue, each in [0, 1].</param>
    /// <param name="deviation">Standard deviation of red, green and blue, each above 0.</param>
    /// <exception cref="ArgumentException">There are not three values each, or a deviation is not positive.</exception>
    public Normalization(IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        if (mean.Count != 3 || deviation.Count != 3 || deviation.Any(d => !(d > 0)) || mean.Any(m => !float.IsFinite(m)))
            throw new ArgumentException($"Three means and three positive deviations are needed, not [{string.Join(", ", mean)}] and [{string.Join(", ", deviation)}].");
        this.mean = [.. mean];
        this.deviation = [.. deviation];
    }

    /// <summary>The statistics of ImageNet, which torchvision's models use.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>The statistics of CIFAR-10's training images.</summary>
    public static Normalization Cifar10 { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.247f, 0.243f, 0.261f]);

    /// <summary>Mean of red, green and blue.</summary>
    public IReadOnlyList<float> Mean => mean;

    /// <summary>Standard deviation of red, green and blue.</summary>
    public IReadOnlyList<float> Deviation => deviation;

    /// <summary>Normalizes a batch.</summary>
    /// <param name="images">RGB images (N, 3, H, W), or clips (N, T, 3, H, W): uint8 in 0..255, or float in [0, 1].</param>
    /// <returns>Float32 (N, 3, H, W), or (N, 3, T, H, W) of clips, laid out channels-last, owned by the caller.</returns>
    /// <exception cref="ArgumentException">They have other dimensions, such as a single channel, or the channels last.</exception>
    public Tensor Apply(Tensor images)
    {
        if (images.dim() is not (4 or 5) || images.shape[^3] != mean.Length)
            throw new ArgumentException($"Images are (N, 3, H, W) and clips (N, T, 3, H, W), not ({string.Join(", ", images.shape)}).", nameof(images));
        using var scope = NewDisposeScope();
        var scale = images.dtype == ScalarType.Byte ? 255f : 1f;
        var channel = images.dim() - 3;
        var last = images.dim() - 1;
        var result = empty([.. images.shape[..(int)channel], .. images.shape[^2..], mean.Length], ScalarType.Float32, images.device);
        for (var c = 0; c < mean.Length; c++)
        {
            // Plane by plane and by numbers: several times faster than a permuted copy, with no constants to bring to a GPU.
            var plane = images.select(channel, c).to(ScalarType.Float32, copy: true);
            result.select(last, c).copy_(plane.sub_(mean[c] * scale).mul_(1 / (deviation[c] * scale)));
        }
        return result.movedim([last], [1]).MoveToOuterDisposeScope();
    }

    /// <summary>Undoes <see cref="Apply"/>, for pictures.</summary>
    /// <param name="images">Normalized images, float (N, 3, H, W).</param>
    /// <returns>Images, float (N, 3, H, W), in [0, 1] where the input is a normalized image; owned by the caller.</returns>
    public Tensor Undo(Tensor images)
    {
        using var scope = NewDisposeScope();
        return stack([.. Enumerable.Range(0, mean.Length).Select(c => images.select(1, c).mul(deviation[c]).add(mean[c]))], 1)
            .MoveToOuterDisposeScope();
    }
}
