using SelfSup.Optimization;
using SelfSup.Previews;

namespace SelfSup;

/// <summary>Makes a supervised problem out of unlabeled images, so that an encoder learns by solving it.</summary>
/// <remarks>
/// A task is immutable and may be shared by runs: all that is learned lives in the <see cref="PretextModel"/> it creates. Derive from
/// <see cref="PretextTask"/>, which has a default for what most tasks do not need, or from <see cref="ClassificationTask"/> when the
/// pseudo-label is a class.
/// </remarks>
public interface IPretextTask
{
    /// <summary>A short name in lower case, such as <c>rotation</c>; it names metrics, previews and files.</summary>
    string Name { get; }

    /// <summary>
    /// What the task is best trained by; null for the library's defaults. The run's options come before it, and of several tasks in one
    /// run the first that states a recipe decides for all.
    /// </summary>
    TrainingRecipe? Recipe { get; }

    /// <summary>The varied pictures that the task wants of every image; none for one picture by the run's own augmentation.</summary>
    IReadOnlyList<View> Views { get; }

    /// <summary>
    /// Everything about the task that changes what is learned, by name: a run's record has it, and a run resumes with the same alone. Write
    /// numbers in the invariant culture, or the run would not resume under another one.
    /// </summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Checks that the task can be asked of these images and this encoder.</summary>
    /// <param name="encoder">The encoder to train.</param>
    /// <param name="frames">Frames of every image of the source: 1, or more if it has clips.</param>
    /// <exception cref="ArgumentException">It cannot; the message says what to change.</exception>
    void CheckFits(Encoder encoder, int frames);

    /// <summary>Makes inputs and pseudo-labels: a pure function of the input and the random source.</summary>
    /// <param name="input">The images' views and indices. They are borrowed and must not be modified.</param>
    /// <param name="random">The only source of randomness, on the images' device.</param>
    /// <returns>The batch to learn from, owned by the caller.</returns>
    PretextBatch Generate(PretextInput input, RandomSource random);

    /// <summary>Builds the task's head, with its losses, on an encoder that the task does not own.</summary>
    /// <param name="setup">The encoder that the losses run through, and how many images there are.</param>
    /// <returns>The head, owned by the caller, in training mode; the caller brings it to the encoder's device.</returns>
    PretextModel CreateModel(PretextSetup setup);

    /// <summary>Draws a generated batch, with the model's predictions when there is a model.</summary>
    /// <param name="batch">A batch from <see cref="Generate"/>.</param>
    /// <param name="model">A model from <see cref="CreateModel"/>, or null to draw inputs and pseudo-labels alone.</param>
    /// <returns>The picture.</returns>
    PreviewGrid Preview(PretextBatch batch, PretextModel? model);
}
