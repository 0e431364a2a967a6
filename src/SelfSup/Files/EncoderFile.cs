using SelfSup.Encoders;

namespace SelfSup.Files;

/// <summary>Encoders in <c>.safetensors</c> files: torchvision's keys and shapes, and in the metadata how to build the encoder.</summary>
/// <remarks>
/// The metadata is architecture, stem, image_size, mean and std (JSON lists), settings (a JSON object, of encoders
/// that differ from others of their architecture), task, selfsup_version and format ("pt").
/// </remarks>
public static class EncoderFile
{
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
    /// <param name="factory">
    /// Creates the encoder where <see cref="EncoderCatalog"/> does not know its architecture, and wherever it is given; else null.
    /// </param>
    /// <returns>The encoder on the CPU in training mode, owned by the caller.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is malformed, or describes no encoder, as PyTorch's do not, or its weights do not fit.
    /// </exception>
    public static Encoder Load(string path, EncoderFactory? factory = null)
    {
        if (FileKind.IsTorch(path))
        {
            throw new InvalidDataException(
                $"'{path}' is a PyTorch file: it holds weights, but does not say of which encoder. Create the encoder, such as "
                + $"new ResNet(18, imageSize: 224), and bring the weights to it by {nameof(EncoderFile)}.{nameof(LoadWeights)}.");
        }
        using var file = SafetensorsFile.Read(path);
        Encoder? encoder = null;
        try
        {
            if (file.Metadata.ContainsKey(EncoderMetadata.ClassesKey))
                throw new InvalidDataException("it is a classifier's, which ImageClassifier.Load reads");
            encoder = EncoderMetadata.CreateEncoder(file.Metadata, factory);
            if (file.Unread.Count > 0)
                throw new InvalidDataException($"its {file.Unread.First().Key} is {file.Unread.First().Value}, which is not read");
            ModuleState.Restore(encoder, file.Tensors);
            return encoder;
        }
        catch (Exception e)
        {
            encoder?.Dispose();
            if (e is not InvalidDataException invalid)
                throw;
            throw Malformed(path, invalid);
        }
    }

    /// <summary>Copies weights from a file without our metadata, such as one of torchvision's or timm's, or a checkpoint of training.</summary>
    /// <param name="encoder">The encoder whose weights are replaced. It must have the file's stem, whatever its image size.</param>
    /// <param name="path">
    /// The file: safetensors, what torch.save wrote (see <see cref="TorchFile"/>), or an ONNX model, whatever its name. The encoder's names are looked for
    /// in all of it, whatever stands before them: <c>state_dict.module.backbone.</c> and the like. Heads, optimizers and all else are
    /// skipped; the file may lack batch counters. A vision transformer's positions of another grid are resampled, as timm does it.
    /// </param>
    /// <param name="prefix">
    /// Which weights to take where several fit: what stands before the encoder's names, or the end of it, such as <c>encoder_k</c>. Null
    /// takes the only ones; beside averaged copies, which names such as <c>teacher</c> or <c>momentum_encoder</c> tell, those of the
    /// network that was trained.
    /// </param>
    /// <returns>What was taken and what was skipped.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is malformed, its weights do not fit, or several do and none is named; the message names them.
    /// </exception>
    public static LoadedWeights LoadWeights(Encoder encoder, string path, string? prefix = null)
    {
        using var file = NamedWeights.Open(path);
        try
        {
            return WeightLoading.Load(encoder, file, prefix);
        }
        catch (InvalidDataException e)
        {
            throw Malformed(path, e);
        }
    }

    /// <summary>Starts from what others learned: makes an encoder of a file of weights of any origin.</summary>
    /// <param name="path">
    /// An ONNX model, safetensors, or what torch.save wrote; or a folder with one of these in it, such as that of the NuGet package
    /// <c>Microsoft.ML.DnnImageFeaturizer.ResNet18</c>. The layers of a model are found by what it computes, whatever they are called.
    /// </param>
    /// <param name="imageSize">Side in pixels of the square images, at least 16; null means the file's, or else 224.</param>
    /// <param name="architecture">
    /// One of <see cref="EncoderCatalog.Names"/>; null means what the file says or what its weights show, as those of ResNets and vision
    /// transformers do. A model may go on beyond the architecture, whose layers are then taken from its beginning.
    /// </param>
    /// <param name="prefix">Which weights to take where several fit, as for <see cref="LoadWeights"/>.</param>
    /// <param name="normalization">
    /// Pixel statistics; null means what the file says, or what stands beside it, or else <see cref="Normalization.ImageNet"/>.
    /// </param>
    /// <returns>The encoder on the CPU in training mode, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is no such architecture.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is malformed, or no encoder fits its weights; the message names the first layer that does not.
    /// </exception>
    public static Encoder LoadPretrained(
        string path, int? imageSize = null, string? architecture = null, string? prefix = null, Normalization? normalization = null) =>
        LoadPretrained(path, out _, imageSize, architecture, prefix, normalization);

    /// <summary>Starts from what others learned, and tells what was taken.</summary>
    /// <param name="path">As for the other method of this name, and so are all others.</param>
    /// <param name="loaded">What was taken and what was left out, and how pixels are normalized.</param>
    /// <param name="imageSize">Side in pixels of the square images.</param>
    /// <param name="architecture">The architecture.</param>
    /// <param name="prefix">Which weights to take where several fit.</param>
    /// <param name="normalization">Pixel statistics.</param>
    /// <returns>The encoder on the CPU in training mode, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is no such architecture.</exception>
    /// <exception cref="InvalidDataException">The file is malformed, or no encoder fits its weights.</exception>
    public static Encoder LoadPretrained(
        string path, out LoadedWeights loaded, int? imageSize = null, string? architecture = null, string? prefix = null, Normalization? normalization = null)
    {
        if (imageSize is { } side)
            ArgumentOutOfRangeException.ThrowIfLessThan(side, 16, nameof(imageSize));
        if (architecture is not null && !EncoderCatalog.Names.Contains(architecture))
            throw new ArgumentException($"The architecture '{architecture}' is unknown; use one of: {string.Join(", ", EncoderCatalog.Names)}.", nameof(architecture));
        var file = PretrainedFolder.Find(path);
        try
        {
            using var weights = NamedWeights.Open(file);
            (var encoder, loaded) = PretrainedEncoder.Create(weights, new(imageSize, architecture, prefix, normalization));
            return encoder;
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith($"'{file}'", StringComparison.Ordinal))
        {
            throw Malformed(file, e);
        }
    }

    private static InvalidDataException Malformed(string path, InvalidDataException cause) =>
        new($"'{path}' holds no encoder that fits: {cause.Message}", cause);
}
