namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="DcganTask"/> and <see cref="BiganTask"/>.</summary>
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

    internal void Validate()
    {
        this.Require(NoiseSize >= 1, NoiseSize, "at least 1");
        this.Require(GeneratorWidth >= 16, GeneratorWidth, "at least 16");
        this.Require(GeneratorAverage is >= 0 and < 1, GeneratorAverage, "in [0, 1)");
    }
}
