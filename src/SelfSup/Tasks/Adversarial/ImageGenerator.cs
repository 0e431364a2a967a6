using SelfSup.Distributed;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// DCGAN's generator: a linear layer makes a map of 4 to 7 pixels of the noise, and transposed convolutions double it up to the image.
/// </summary>
/// <remarks>
/// Radford, Metz and Chintala, 2016, https://arxiv.org/abs/1511.06434: batch normalization after every layer but the last, ReLU, tanh at
/// the end, weights drawn with a deviation of 0.02. Where no such map doubles to the image's size, a larger image's margins are cut off.
/// </remarks>
internal sealed class ImageGenerator : nn.Module<Tensor, Tensor>
{
    private const int SmallestSide = 4;
    private const int SmallestWidth = 32;
    private const double Deviation = 0.02;

    private readonly int imageSize;
    private readonly Sequential painter;

    /// <param name="noiseSize">Length of the noise.</param>
    /// <param name="imageSize">Side of the images in pixels, at least 8.</param>
    /// <param name="width">Channels of the smallest map.</param>
    public ImageGenerator(int noiseSize, int imageSize, int width)
        : base(nameof(ImageGenerator))
    {
        this.imageSize = imageSize;
        var (side, widths) = PlanMaps(imageSize, width);
        var layers = new List<nn.Module<Tensor, Tensor>>
        {
            nn.Linear(noiseSize, width * side * side, hasBias: false),
            nn.Unflatten(1, [width, side, side]),
            new SyncBatchNorm(width),
            nn.ReLU(),
        };
        foreach (var (from, to) in widths.Zip(widths.Skip(1)))
            layers.AddRange([nn.ConvTranspose2d(from, to, 4, 2, 1, bias: false), new SyncBatchNorm(to), nn.ReLU()]);
        layers.AddRange([nn.ConvTranspose2d(widths[^1], 3, 4, 2, 1), nn.Tanh()]);
        painter = nn.Sequential(layers);
        RegisterComponents();
        DrawWeights(this);
    }

    /// <summary>Plans the maps between the noise and the image, each of which is doubled into the next and the last into the image.</summary>
    /// <param name="imageSize">Side of the images in pixels, at least 8.</param>
    /// <param name="width">Channels of the smallest map.</param>
    /// <returns>The smallest map's side, and the channels of every map.</returns>
    public static (int Side, int[] Widths) PlanMaps(int imageSize, int width)
    {
        var doublings = (int)Math.Log2(imageSize / SmallestSide);
        var widths = new int[doublings];
        for (var i = 0; i < doublings; i++, width = Math.Min(width, Math.Max(SmallestWidth, width / 2)))
            widths[i] = width;
        return ((imageSize + (1 << doublings) - 1) >> doublings, widths);
    }

    /// <summary>Draws the weights of a generator's layers afresh.</summary>
    public static void DrawWeights(nn.Module generator)
    {
        foreach (var (_, weight) in generator.named_parameters().Where(pair => pair.parameter.dim() > 1))
            nn.init.normal_(weight, 0, Deviation);
    }

    /// <summary>Paints images.</summary>
    /// <param name="noise">Noise (N, length).</param>
    /// <returns>Images, float32 (N, 3, S, S) in [-1, 1], owned by the caller.</returns>
    public override Tensor forward(Tensor noise)
    {
        using var scope = NewDisposeScope();
        var images = painter.forward(noise).to(ScalarType.Float32);
        var margin = (images.shape[2] - imageSize) / 2;
        if (images.shape[2] != imageSize)
            images = images.narrow(2, margin, imageSize).narrow(3, margin, imageSize);
        return images.MoveToOuterDisposeScope();
    }
}
