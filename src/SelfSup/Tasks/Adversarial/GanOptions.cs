using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="DcganTask"/>, <see cref="BiganTask"/> and <see cref="VideoGanTask"/>.</summary>
public sealed class GanOptions
{
    /// <summary>Length of the noise that an image is made of, at least 1. The default is 100.</summary>
    public int NoiseSize { get; init; } = 100;

    /// <summary>Channels of the generator's smallest map, at least 16; every larger map has half as many. The default is 256.</summary>
    public int GeneratorWidth { get; init; } = 256;

    /// <summary>
    /// Share of itself that the average of the generator keeps at every step, in [0, 1); images are sampled from the average. 0 keeps
    /// none and samples from the generator as it is. The default is 0.999.
    /// </summary>
    public double GeneratorAverage { get; init; } = 0.999;

    /// <summary>
    /// What the discriminators of DCGAN and VideoGAN doubt about what is real, in [0, 0.5): its label is 1 less this, so that they are
    /// never so sure that the generator learns nothing from them. The default is 0.2. Salimans et al., 2016,
    /// https://arxiv.org/abs/1606.03498.
    /// </summary>
    public double LabelSmoothing { get; init; } = 0.2;

    internal void Validate()
    {
        this.Require(NoiseSize >= 1, NoiseSize, "at least 1");
        this.Require(GeneratorWidth >= 16, GeneratorWidth, "at least 16");
        this.Require(LabelSmoothing is >= 0 and < 0.5, LabelSmoothing, "in [0, 0.5)");
        this.Require(GeneratorAverage is >= 0 and < 1, GeneratorAverage, "in [0, 1)");
    }
}
