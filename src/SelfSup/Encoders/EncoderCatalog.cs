namespace SelfSup.Encoders;

/// <summary>The architectures by name, for encoder files and command lines; programs add their own by <see cref="Register"/>.</summary>
public static class EncoderCatalog
{
    private const string OneStem = "r3d_18";
    private static readonly Lock Registration = new();

    // Replaced as a whole, never changed: readers need no lock.
    private static volatile OrderedDictionary<string, EncoderFactory> factories = new(StringComparer.Ordinal)
    {
        ["convnet"] = (size, seed, normalization, stem) => new ConvNet(size, seed, normalization, stem),
        ["split-convnet"] = (size, seed, normalization, stem) => new SplitConvNet(size, seed, normalization, stem),
        ["nin"] = (size, seed, normalization, stem) => new NetworkInNetwork(size, seed, normalization, stem),
        ["alexnet"] = (size, seed, normalization, stem) => new AlexNet(size, seed, normalization, stem),
        ["resnet18"] = (size, seed, normalization, stem) => new ResNet(18, size, seed, normalization, stem),
        ["resnet34"] = (size, seed, normalization, stem) => new ResNet(34, size, seed, normalization, stem),
        ["resnet50"] = (size, seed, normalization, stem) => new ResNet(50, size, seed, normalization, stem),
        ["vit_tiny"] = (size, seed, normalization, stem) => new VisionTransformer("vit_tiny", size, null, seed, normalization, stem),
        ["vit_small"] = (size, seed, normalization, stem) => new VisionTransformer("vit_small", size, null, seed, normalization, stem),
        ["vit_base"] = (size, seed, normalization, stem) => new VisionTransformer("vit_base", size, null, seed, normalization, stem),
        ["convnet3d"] = (size, seed, normalization, stem) => new VideoConvNet(size, seed, normalization, stem),
        [OneStem] = CreateVideoResNet,
    };

    /// <summary>The known names: networks on images, then networks on clips, small ones first, then those registered.</summary>
    public static IReadOnlyList<string> Names => [.. factories.Keys];

    /// <summary>Adds an architecture, so that its files load and command lines know it. From any thread, once a process.</summary>
    /// <param name="architecture">The name that its encoders have as <see cref="Encoder.Architecture"/>.</param>
    /// <param name="factory">Creates an untrained encoder.</param>
    /// <exception cref="ArgumentException">The name is empty, or known already.</exception>
    public static void Register(string architecture, EncoderFactory factory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(architecture);
        ArgumentNullException.ThrowIfNull(factory);
        lock (Registration)
        {
            var extended = new OrderedDictionary<string, EncoderFactory>(factories, StringComparer.Ordinal);
            if (!extended.TryAdd(architecture, factory))
            {
                throw new ArgumentException(
                    $"The architecture '{architecture}' is known already; choose another name.", nameof(architecture));
            }
            factories = extended;
        }
    }

    /// <summary>Creates an encoder with fresh weights.</summary>
    /// <param name="architecture">
    /// One of <see cref="Names"/>; twice, such as <c>resnet18+resnet18</c>, it is an <see cref="EncoderPair"/>, and as <c>zoom(resnet18)</c>
    /// it is seen through <see cref="CenterZoom"/>.
    /// </param>
    /// <param name="imageSize">Side in pixels of the square images, at least 16.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
    /// <param name="stem">The form of the first layers; null means the one for the image size.</param>
    /// <returns>An encoder on the CPU, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The name is unknown, or the architecture has no such stem.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The images are too small.</exception>
    /// <exception cref="InvalidOperationException">A registered factory made an encoder of another name.</exception>
    public static Encoder Create(
        string architecture, int imageSize, int seed = 0, Normalization? normalization = null, Stem? stem = null)
    {
        if (!factories.TryGetValue(architecture, out var create))
        {
            if (EncoderPair.PartOf(architecture) is { } part && Knows(part))
                return new EncoderPair(Create(part, imageSize, seed, normalization, stem), Create(part, imageSize, seed + 1, normalization, stem));
            if (CenterZoom.PartOf(architecture) is { } seen && Knows(seen))
                return new CenterZoom(Create(seen, imageSize, seed, normalization, stem));
            throw new ArgumentException(
                $"The architecture '{architecture}' is unknown; use one of: {string.Join(", ", Names)}, or make it known by "
                + $"{nameof(EncoderCatalog)}.{nameof(Register)}.", nameof(architecture));
        }
        var encoder = create(imageSize, seed, normalization, stem);
        if (encoder.Architecture == architecture)
            return encoder;
        var actual = encoder.Architecture;
        encoder.Dispose();
        throw new InvalidOperationException($"The factory registered as '{architecture}' makes an encoder that calls itself '{actual}'.");
    }

    /// <summary>Whether <see cref="Create"/> makes encoders of a name.</summary>
    internal static bool Knows(string architecture) => RunsOf(architecture) > 0;

    /// <summary>How many networks an encoder of a name runs on an image, 0 if there is none of that name.</summary>
    internal static int RunsOf(string architecture) =>
        factories.ContainsKey(architecture) ? 1
        : EncoderPair.PartOf(architecture) is { } part && EncoderPair.PartOf(part) is null ? 2 * RunsOf(part)
        : CenterZoom.PartOf(architecture) is { } seen && CenterZoom.PartOf(seen) is null ? 2 * RunsOf(seen)
        : 0;

    /// <summary>Whether encoders of a name have the same first layers at every size.</summary>
    internal static bool HasOneStem(string architecture) => architecture == OneStem;

    /// <summary>
    /// An architecture with each of the stems, those that others publish first: where weights fit several they do not show which. It may
    /// refuse some.
    /// </summary>
    internal static IReadOnlyList<EncoderFactory> WithEveryStem(string architecture) =>
        [.. ((Stem[])[Stem.Large, Stem.Small, Stem.Medium]).Select(EncoderFactory (stem) => (size, seed, normalization, _) => Create(architecture, size, seed, normalization, stem))];

    private static Encoder CreateVideoResNet(int imageSize, int seed, Normalization? normalization, Stem? stem) =>
        stem is null || stem == StemSizes.For(imageSize)
            ? new VideoResNet(imageSize, seed, normalization)
            : throw new ArgumentException("R3D-18 has its published stem at every size; leave the stem out.", nameof(stem));
}
