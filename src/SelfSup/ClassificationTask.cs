using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup;

/// <summary>A pretext task whose pseudo-label is a class, answered by a linear layer on the encoder's pooled features.</summary>
/// <remarks>
/// Where the head looks at several inputs for one label, they follow each other in the batch, as many for every label.
/// </remarks>
/// <param name="name">A short name in lower case, such as <c>rotation</c>.</param>
/// <param name="classes">Number of classes, at least 2.</param>
public abstract class ClassificationTask(string name, int classes) : PretextTask(name)
{
    /// <summary>Number of classes.</summary>
    public int Classes { get; } = classes >= 2
        ? classes
        : throw new ArgumentOutOfRangeException(nameof(classes), classes, "A classification task needs at least 2 classes.");

    /// <inheritdoc/>
    public sealed override PretextBatch Generate(PretextInput input, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var batch = Generate(input.Images, random);
        batch.Inputs.MoveToOuterDisposeScope();
        batch.Targets.MoveToOuterDisposeScope();
        return batch;
    }

    /// <inheritdoc/>
    public override PretextModel CreateModel(PretextSetup setup) => new ClassificationModel(Name, setup.Encoder, Classes);

    /// <summary>What a class is called in previews.</summary>
    /// <param name="label">A class in 0..<see cref="Classes"/>-1.</param>
    /// <returns>The class's name; its number unless overridden.</returns>
    public virtual string LabelName(int label) => label.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What the model is asked, as a sentence for the legend of previews.</summary>
    protected virtual string Question => "Which class is it?";

    /// <summary>Draws every input, or the inputs of every label side by side, with its class and the model's answer.</summary>
    /// <inheritdoc/>
    public override PreviewGrid Preview(PretextBatch batch, PretextModel? model)
    {
        using var scope = NewDisposeScope();
        var labels = batch.Targets.to(CPU).data<long>().ToArray();
        var predictions = model is IClassifyingModel head ? Predict(head, batch) : null;
        var grid = new PreviewGrid
        {
            Legend = predictions is null
                ? $"{Question} Under each picture: the answer."
                : $"{Question} Under each picture: the answer, and what the model says. Green is right, red is wrong.",
        };
        // Every label's inputs and their frames stand side by side.
        var strips = batch.Inputs.reshape([labels.Length, -1, .. batch.Inputs.shape[^3..]]); // (M, frames, 3, h, w)
        var columns = strips.shape[1] > 1 ? 1 : Math.Min(labels.Length, 8);
        for (var first = 0; first < labels.Length; first += columns)
            grid.AddRow(Enumerable.Range(first, Math.Min(columns, labels.Length - first)).Select(i => Cell(strips, i, labels, predictions)));
        return grid;
    }

    /// <summary>Makes inputs and classes: a pure function of the images and the random source.</summary>
    /// <param name="images">
    /// RGB images, uint8 (N, 3, S, S) in 0..255, or clips (N, T, 3, S, S) for a task on clips. They are borrowed and must not be modified.
    /// </param>
    /// <param name="random">The only source of randomness, on the images' device.</param>
    /// <returns>The batch to learn from. What else is made on the way is disposed by the caller.</returns>
    protected abstract LabeledBatch Generate(Tensor images, RandomSource random);

    private static long[] Predict(IClassifyingModel model, PretextBatch batch)
    {
        using var noGrad = no_grad();
        return model.ComputeLogits(batch).argmax(1).to(CPU).data<long>().ToArray();
    }

    private PreviewCell Cell(Tensor strips, int i, long[] labels, long[]? predictions)
    {
        var label = LabelName((int)labels[i]);
        using var image = strips[i];
        return predictions is null
            ? new PreviewCell(image, label)
            : new PreviewCell(
                image, $"{label}\nmodel: {LabelName((int)predictions[i])}", predictions[i] == labels[i] ? PreviewMark.Right : PreviewMark.Wrong);
    }
}
