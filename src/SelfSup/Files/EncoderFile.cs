namespace SelfSup.Files;

/// <summary>Encoders in <c>.safetensors</c> files: torchvision's keys and shapes, and in the metadata how to build the encoder.</summary>
/// <remarks>
/// The metadata is architecture, stem, image_size, mean and std (JSON lists), task, selfsup_version and format ("pt").
/// </remarks>
public static class EncoderFile
{
    private const string BatchCounter = "num_batches_tracked";

    // The classifiers of torchvision's models, which an encoder does not have.
    private static readonly string[] ClassifierPrefixes = ["fc.", "classifier."];

    /// <summary>Writes an encoder; an existing file is replaced in one step.</summary>
    /// <param name="encoder">The encoder, on any device.</param>
    /// <param name="path">The file, <c>.safetensors</c> by custom; its folder is created if missing.</param>
    /// <param name="task">What the encoder was trained on, such as <c>rotation</c>; empty if untrained.</param>
    public static void Save(Encoder encoder, string path, string task = "")
    {
        var metadata = EncoderMetadata.Describe(encoder);
        metadata["task"] = task;
        metadata["selfsup_version"] = EncoderMetadata.Version;
        SafetensorsFile.Write(path, ModuleState.Collect(encoder, ""), metadata);
    }

    /// <summary>Builds the encoder that a file describes, with the file's weights.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <returns>The encoder on the CPU in training mode, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">The file is malformed, or describes no encoder, or its weights do not fit.</exception>
    public static Encoder Load(string path)
    {
        using var file = SafetensorsFile.Read(path);
        Encoder? encoder = null;
        try
        {
            encoder = EncoderMetadata.CreateEncoder(file.Metadata);
            ModuleState.Restore(encoder, file.Tensors);
            return encoder;
        }
        catch (InvalidDataException e)
        {
            encoder?.Dispose();
            throw Malformed(path, e);
        }
    }

    /// <summary>Copies weights from a file without our metadata, such as one of torchvision's.</summary>
    /// <param name="encoder">The encoder whose weights are replaced. Its image size must give it the file's stem.</param>
    /// <param name="path">The file. Its classifier (<c>fc.*</c>, <c>classifier.*</c>) is skipped, and it may lack batch counters.</param>
    /// <exception cref="InvalidDataException">The file is malformed, or its weights do not fit; the message names them.</exception>
    public static void LoadWeights(Encoder encoder, string path)
    {
        using var file = SafetensorsFile.Read(path);
        var weights = file.Tensors
            .Where(pair => !ClassifierPrefixes.Any(prefix => pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var (name, counter) in ModuleState.Collect(encoder, ""))
        {
            if (name.EndsWith(BatchCounter, StringComparison.Ordinal))
                weights.TryAdd(name, counter);
        }
        try
        {
            ModuleState.Restore(encoder, weights);
        }
        catch (InvalidDataException e)
        {
            throw Malformed(path, e);
        }
    }

    private static InvalidDataException Malformed(string path, Exception cause) =>
        new($"'{path}' holds no encoder that fits: {cause.Message}", cause);
}
