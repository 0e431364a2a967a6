using System.Globalization;
using SelfSup.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Training;

/// <summary>Brings back what a run trained beside the encoder: the task's head, such as a generator of images.</summary>
public static class TrainedModel
{
    /// <summary>Restores an encoder and a task's head from the last checkpoint of a run.</summary>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="task">The task, with the settings it was trained with.</param>
    /// <param name="encoder">An encoder of the run's architecture and size; its weights are overwritten.</param>
    /// <returns>The head on the encoder, both in evaluation mode; owned by the caller.</returns>
    /// <exception cref="InvalidOperationException">The folder holds no checkpoint.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of other networks.</exception>
    public static PretextModel Load(string runFolder, IPretextTask task, Encoder encoder) =>
        Load(runFolder, task.Name, task.CreateModel, encoder);

    /// <summary>Restores an encoder and the head, of its own type, of a task from the last checkpoint of a run.</summary>
    /// <typeparam name="TBatch">The batches that the task generates.</typeparam>
    /// <typeparam name="TModel">The head that it creates.</typeparam>
    /// <inheritdoc cref="Load(string, IPretextTask, Encoder)"/>
    public static TModel Load<TBatch, TModel>(string runFolder, PretextTask<TBatch, TModel> task, Encoder encoder)
        where TBatch : PretextBatch
        where TModel : PretextModel =>
        Load(runFolder, task.Name, task.CreateModel, encoder);

    private static TModel Load<TModel>(string runFolder, string taskName, Func<PretextSetup, TModel> createModel, Encoder encoder)
        where TModel : PretextModel
    {
        var checkpoint = CheckpointFolder.FindLast(runFolder)
            ?? throw new InvalidOperationException($"{runFolder} holds no checkpoint.");
        using var file = SafetensorsFile.Read(checkpoint);
        var model = createModel(new PretextSetup(encoder, int.Parse(file.Metadata["run.images.count"], CultureInfo.InvariantCulture)));
        try
        {
            Restore(encoder, "encoder.");
            Restore(model, $"{taskName}.");
            model.to(encoder.parameters().First().device);
            encoder.eval();
            model.eval();
            return model;
        }
        catch (InvalidDataException e)
        {
            model.Dispose();
            throw new InvalidDataException($"{checkpoint} does not fit: {e.Message}", e);
        }

        void Restore(nn.Module module, string prefix) => ModuleState.Restore(
            module,
            file.Tensors.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value));
    }
}
