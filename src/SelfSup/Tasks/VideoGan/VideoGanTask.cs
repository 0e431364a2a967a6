using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A generator makes clips of noise, and the encoder learns to tell them from real ones.</summary>
/// <remarks>
/// Vondrick, Pirsiavash and Torralba, "Generating Videos with Scene Dynamics", 2016, https://arxiv.org/abs/1609.02612. The encoder is the
/// discriminator's trunk. Generated clips are as long as those they are told from, and as large as the encoder's frames.
/// <para>
/// Deviations: clips are not stabilized first, so a moving camera moves what should stand still. The verdict is linear in the mean over
/// time of the encoder's last map, and in how much the clips of a batch differ, which theirs does not look at. Labels of real clips are
/// smoothed, samples come from an average of the generator, and the generator learns three times as fast as the discriminator, where
/// theirs learn alike (<see cref="GanOptions"/>). Weights are drawn with a deviation of 0.02, DCGAN's, not 0.01.
/// </para>
/// </remarks>
/// <param name="options">Settings; null means the defaults.</param>
/// <exception cref="ArgumentException">A setting is out of its range.</exception>
public sealed class VideoGanTask(GanOptions? options = null) : GanTask<VideoGanModel>("videogan", options)
{
    private const int PreviewedClips = 8;

    /// <inheritdoc/>
    protected override int MinimumFrames => 2;

    /// <inheritdoc/>
    protected override bool FeedsClips => true;

    /// <summary>Draws the noise that clips are made of.</summary>
    /// <param name="count">For how many clips.</param>
    /// <param name="random">The only source of randomness.</param>
    /// <returns>Float32 (count, noise size), normally distributed, on the source's device, owned by the caller.</returns>
    public override Tensor DrawNoise(int count, RandomSource random) =>
        random.Normal(count, Options.NoiseSize);

    /// <summary>Draws as much noise as there are clips.</summary>
    /// <param name="input">Clips, uint8 (N, T, 3, S, S).</param>
    /// <param name="random">Draws the noise.</param>
    /// <returns>Inputs: the clips. Targets: the noise, float32 (N, noise size).</returns>
    /// <exception cref="ArgumentException">These are no clips, or they are too short.</exception>
    public override PretextBatch Generate(PretextInput input, RandomSource random)
    {
        ClipTask.RequireClips(Name, input.Images, MinimumFrames);
        return base.Generate(input, random);
    }

    /// <inheritdoc/>
    public override VideoGanModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, Options);

    /// <summary>Draws the frames of real clips and of samples, a clip a row; the samples' noise is always the same.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, VideoGanModel? model)
    {
        using var scope = NewDisposeScope();
        var grid = new PreviewGrid
        {
            Legend = "A clip a row, its frames from left to right: real clips, and samples that the generator made of noise, of the same noise every time.",
        };
        var clips = batch.Inputs;
        AddClips(clips.narrow(0, 0, Math.Min(PreviewedClips, clips.shape[0])), "real");
        if (model is not null)
        {
            using var random = new RandomSource(PreviewSeed, clips.device);
            AddClips(model.Sample(DrawNoise(PreviewedClips, random), (int)clips.shape[1]), "sample");
        }
        return grid;

        void AddClips(Tensor strips, string caption)
        {
            foreach (var strip in strips.unbind())
                grid.AddRow(new PreviewCell(strip, caption));
        }
    }
}
