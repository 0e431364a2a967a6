using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Encoders in <c>.safetensors</c> files: torchvision's keys and shapes, and in the metadata how to build the encoder.</summary>
/// <remarks>
/// The metadata is architecture, stem, image_size, mean and std (JSON lists), task, selfsup_version and format ("pt").
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
        if (TorchFile.IsTorchFile(path))
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
            ModuleState.Restore(encoder, file.Tensors);
            return encoder;
        }
        catch (Exception e)
        {
            encoder?.Dispose();
            if (e is not InvalidDataException)
                throw;
            throw Malformed(path, e);
        }
    }

    /// <summary>Copies weights from a file without our metadata, such as one of torchvision's or timm's.</summary>
    /// <param name="encoder">The encoder whose weights are replaced. It must have the file's stem, whatever its image size.</param>
    /// <param name="path">
    /// The file: safetensors, or what torch.save wrote of a state dict (see <see cref="TorchFile"/>), whatever its name. Its
    /// classifier (<c>fc.*</c>, <c>classifier.*</c>) is skipped, and so is a <c>module.</c>, <c>backbone.</c> or <c>encoder.</c>
    /// before all names; it may lack batch counters.
    /// </param>
    /// <exception cref="InvalidDataException">The file is malformed, or its weights do not fit; the message names them.</exception>
    public static void LoadWeights(Encoder encoder, string path)
    {
        if (TorchFile.IsTorchFile(path))
        {
            using var file = TorchFile.Read(path);
            CopyWeights(encoder, file.Tensors, path);
        }
        else
        {
            using var file = SafetensorsFile.Read(path);
            CopyWeights(encoder, file.Tensors, path);
        }
    }

    private static void CopyWeights(Encoder encoder, IReadOnlyDictionary<string, Tensor> tensors, string path)
    {
        var state = ModuleState.Collect(encoder, "");
        try
        {
            ModuleState.Copy(ForeignWeights.Fit(tensors, state), state);
        }
        catch (InvalidDataException e)
        {
            throw Malformed(path, e, StemAdvice.For(encoder, tensors));
        }
    }

    private static InvalidDataException Malformed(string path, Exception cause, string advice = "") =>
        new($"'{path}' holds no encoder that fits: {cause.Message}{advice}", cause);
}
