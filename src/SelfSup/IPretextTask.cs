using SelfSup.Optimization;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup;

/// <summary>Makes a supervised problem out of unlabelled images, so that an encoder learns by solving it.</summary>
/// <remarks>
/// A task is immutable and may be shared by runs: all that is learned lives in the <see cref="PretextModel"/> it creates.
/// Derive from <see cref="ClassificationTask"/> when the pseudo-label is a class.
/// </remarks>
public interface IPretextTask
{
    /// <summary>A short name in lower case, such as <c>rotation</c>; it names metrics, previews and files.</summary>
    string Name { get; }

    /// <summary>
    /// What the task is best trained by; null, unless implemented, for the library's defaults. A recipe in the run's options comes before it, and of
    /// several tasks in one run the first that states a recipe decides for all.
    /// </summary>
    TrainingRecipe? Recipe => null;

    /// <summary>Frames that a clip must have for the task; 1, the default, for tasks on single images.</summary>
    int MinimumFrames => 1;

    /// <summary>Whether the encoder is given clips, and so has to be one that <see cref="Encoder.TakesClips"/>; not by default.</summary>
    bool FeedsClips => false;

    /// <summary>Makes inputs and pseudo-labels: a pure function of the images and the generator.</summary>
    /// <param name="images">
    /// RGB images, uint8 (N, 3, H, W) in 0..255, or for a task on clips (N, T, 3, H, W), where T is at least
    /// <see cref="MinimumFrames"/>. They are borrowed and must not be modified.
    /// </param>
    /// <param name="random">The only source of randomness, on the images' device.</param>
    /// <returns>The batch to learn from, owned by the caller.</returns>
    PretextBatch Generate(Tensor images, RandomSource random);

    /// <summary>Builds the task's head, with its losses, on an encoder that the task does not own.</summary>
    /// <param name="encoder">The encoder that the losses run through.</param>
    /// <returns>The head, owned by the caller; on the CPU and in training mode.</returns>
    PretextModel CreateModel(Encoder encoder);

    /// <summary>Draws a generated batch, with the model's predictions when there is a model.</summary>
    /// <param name="batch">A batch from <see cref="Generate"/>.</param>
    /// <param name="model">A model from <see cref="CreateModel"/>, or null to draw inputs and pseudo-labels alone.</param>
    /// <returns>The picture, a cell an input.</returns>
    PreviewGrid Preview(PretextBatch batch, PretextModel? model = null);
}
