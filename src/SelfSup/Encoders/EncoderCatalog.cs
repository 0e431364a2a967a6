namespace SelfSup.Encoders;

/// <summary>The architectures by name, for encoder files and command lines.</summary>
public static class EncoderCatalog
{
    private delegate Encoder Factory(int imageSize, int seed, Normalization? normalization);

    private static readonly Dictionary<string, Factory> Factories = new(StringComparer.Ordinal)
    {
        ["convnet"] = (size, seed, normalization) => new ConvNet(size, seed, normalization),
        ["nin"] = (size, seed, normalization) => new NetworkInNetwork(size, seed, normalization),
        ["alexnet"] = (size, seed, normalization) => new AlexNet(size, seed, normalization),
        ["resnet18"] = (size, seed, normalization) => new ResNet(18, size, seed, normalization),
        ["resnet34"] = (size, seed, normalization) => new ResNet(34, size, seed, normalization),
        ["resnet50"] = (size, seed, normalization) => new ResNet(50, size, seed, normalization),
        ["convnet3d"] = (size, seed, normalization) => new VideoConvNet(size, seed, normalization),
        ["r3d_18"] = (size, seed, normalization) => new VideoResNet(size, seed, normalization),
    };

    /// <summary>The known names: networks on images, then networks on clips, small ones first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Factories.Keys];

    /// <summary>Creates an encoder with fresh weights.</summary>
    /// <param name="architecture">One of <see cref="Names"/>.</param>
    /// <param name="imageSize">Side in pixels of the square images, at least 16.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
    /// <returns>An encoder on the CPU, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The images are too small.</exception>
    public static Encoder Create(string architecture, int imageSize, int seed = 0, Normalization? normalization = null) =>
        Factories.TryGetValue(architecture, out var create)
            ? create(imageSize, seed, normalization)
            : throw new ArgumentException(
                $"The architecture '{architecture}' is unknown; use one of: {string.Join(", ", Names)}.", nameof(architecture));
}
