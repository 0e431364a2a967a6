using SelfSup.Distributed;
using SelfSup.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>
/// VideoGAN's generator of two streams: a foreground that moves, painted through a mask on a background that stands still.
/// </summary>
/// <remarks>
/// Vondrick, Pirsiavash and Torralba, 2016, https://arxiv.org/abs/1609.02612. The background is <see cref="ImageGenerator"/>'s image; the
/// foreground and its mask come from the same maps with a dimension more, which begin with two frames. Theirs are always doubled to 32
/// frames of 64 pixels. Here the two first frames are a clip's start and end: as many as are needed, evenly between them, are doubled up,
/// and what is too much is cut off at both ends.
/// </remarks>
internal sealed class VideoGenerator : nn.Module<Tensor, Tensor>
{
    private const int FirstFrames = 2;

    private readonly int imageSize;
    private readonly int framesOfOne; // that become of one frame of the smallest map
    private readonly ImageGenerator background;
    private readonly Sequential sketch;
    private readonly Sequential painter;
    private readonly ConvTranspose3d color;
    private readonly ConvTranspose3d mask;

    /// <param name="noiseSize">Length of the noise.</param>
    /// <param name="imageSize">Side of the frames in pixels, at least 16.</param>
    /// <param name="width">Channels of the smallest map.</param>
    public VideoGenerator(int noiseSize, int imageSize, int width)
        : base(nameof(VideoGenerator))
    {
        this.imageSize = imageSize;
        var (side, widths) = ImageGenerator.PlanMaps(imageSize, width);
        framesOfOne = 1 << widths.Length;
        background = new ImageGenerator(noiseSize, imageSize, width);
        sketch = nn.Sequential(
            nn.Linear(noiseSize, width * FirstFrames * side * side, hasBias: false),
            nn.Unflatten(1, [width, FirstFrames, side, side]),
            new SyncBatchNorm(width),
            nn.ReLU());
        var layers = new List<nn.Module<Tensor, Tensor>>();
        foreach (var (from, to) in widths.Zip(widths.Skip(1)))
            layers.AddRange([nn.ConvTranspose3d(from, to, 4, 2, 1, bias: false), new SyncBatchNorm(to), nn.ReLU()]);
        painter = nn.Sequential(layers);
        color = nn.ConvTranspose3d(widths[^1], 3, 4, 2, 1);
        mask = nn.ConvTranspose3d(widths[^1], 1, 4, 2, 1);
        RegisterComponents();
        ImageGenerator.DrawWeights(this);
    }

    /// <summary>Paints clips of the length that the two first frames double to.</summary>
    /// <param name="noise">Noise (N, length).</param>
    /// <returns>Clips, float32 (N, T, 3, S, S) in [-1, 1], owned by the caller.</returns>
    public override Tensor forward(Tensor noise) => Generate(noise, FirstFrames * framesOfOne).Clips;

    /// <summary>Paints clips.</summary>
    /// <param name="noise">Noise (N, length).</param>
    /// <param name="frames">Frames of a clip, at least 1.</param>
    /// <returns>
    /// Clips, float32 (N, frames, 3, S, S) in [-1, 1], and which share of every pixel is foreground, float32 (N, frames, 1, S, S) in
    /// [0, 1]; owned by the caller.
    /// </returns>
    public (Tensor Clips, Tensor Mask) Generate(Tensor noise, int frames)
    {
        using var scope = NewDisposeScope();
        using var precise = Autocast.SuspendOnCpu(noise.device); // see there what bfloat16 does to 3-D convolutions
        var maps = painter.forward(Stretch(sketch.forward(noise), (frames + framesOfOne - 1) / framesOfOne));
        var moving = Cut(color.forward(maps), frames).tanh();
        var share = Cut(mask.forward(maps), frames).sigmoid();
        var still = background.forward(noise).unsqueeze(1);
        var clips = share.mul(moving).add(share.neg().add(1).mul(still));
        return (clips.MoveToOuterDisposeScope(), share.MoveToOuterDisposeScope());
    }

    /// <summary>Two frames to as many as are asked for, evenly from the first to the second; to their mean if it is one.</summary>
    private static Tensor Stretch(Tensor maps, int frames)
    {
        using var scope = NewDisposeScope();
        var progress = frames == 1 ? full(1, 0.5f, device: maps.device) : linspace(0, 1, frames, device: maps.device);
        Tensor start = maps.narrow(2, 0, 1), end = maps.narrow(2, 1, 1);
        return start.add(end.sub(start).mul(progress.view(1, 1, -1, 1, 1))).MoveToOuterDisposeScope();
    }

    /// <summary>Maps (N, C, T, H, W) to the middle of them, float32 (N, frames, C, S, S).</summary>
    private Tensor Cut(Tensor maps, int frames)
    {
        long beginning = (maps.shape[2] - frames) / 2, margin = (maps.shape[3] - imageSize) / 2;
        return maps.narrow(2, beginning, frames).narrow(3, margin, imageSize).narrow(4, margin, imageSize)
            .transpose(1, 2).to(ScalarType.Float32);
    }
}
