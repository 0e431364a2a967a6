using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>The encoder learns to tell of which noise a generator would have made an image.</summary>
/// <remarks>
/// Donahue, Krähenbühl and Darrell, "Adversarial Feature Learning", 2017, https://arxiv.org/abs/1605.09782. A discriminator tells images
/// with their codes from noise with the images made of it; encoder and generator deceive it best when they invert each other.
/// </remarks>
/// <param name="options">Settings; null means the defaults.</param>
/// <exception cref="ArgumentException">A setting is out of its range.</exception>
public sealed class BiganTask(GanOptions? options = null) : GanTask<BiganModel>("bigan", options)
{
    /// <inheritdoc/>
    public override BiganModel CreateModel(PretextSetup setup) => new(Name, setup.Encoder, Options);

    /// <summary>Draws rows of real images, of what the generator makes of their codes, and of samples.</summary>
    /// <inheritdoc/>
    protected override PreviewGrid Draw(PretextBatch batch, BiganModel? model)
    {
        using var scope = NewDisposeScope();
        var grid = base.Draw(batch, model);
        if (model is not null)
        {
            AddRows(grid, model.Reconstruct(batch.Inputs), "reconstructed");
            grid.Legend += " Reconstructed are the real images: the generator made them of the codes that the encoder gave.";
        }
        return grid;
    }
}
