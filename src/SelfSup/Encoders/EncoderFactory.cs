namespace SelfSup.Encoders;

/// <summary>Creates an encoder with fresh weights, for <see cref="EncoderCatalog"/> and for files.</summary>
/// <param name="imageSize">Side in pixels of the square images, at least 16.</param>
/// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
/// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
/// <param name="stem">The form of the first layers; null means the one for the image size.</param>
/// <returns>An encoder on the CPU, owned by the caller.</returns>
public delegate Encoder EncoderFactory(int imageSize, int seed, Normalization? normalization, Stem? stem);
