using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Encoders in <c>.safetensors</c> files: torchvision's keys and shapes, and in the metadata how to build the encoder.</summary>
/// <remarks>
/// The metadata is architecture, stem, image_size, mean and std (JSON lists), settings (a JSON object, of encoders
/// that differ from others of their architecture), task, selfsup_version and format ("pt").
/// </remarks>
public static class EncoderFile
{
    private const int NamesShown = 4;

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
    /// The file: safetensors, or what torch.save wrote (see <see cref="TorchFile"/>), whatever its name. The encoder's names are looked for
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
        var state = ModuleState.Collect(encoder, "");
        var adaptable = encoder as IAdaptableWeights;
        var sets = WeightSearch.Find(file.All, state, adaptable);
        if (sets[0].Problems.Count > 0)
        {
            var cause = new InvalidDataException($"The weights do not fit: {ModuleState.Summarize(sets[0].Problems)}.");
            throw Malformed(path, cause, ListNames(file.All, sets[0]) + StemAdvice.For(encoder, file.All));
        }
        try
        {
            var chosen = WeightChoice.Choose(sets, prefix);
            Copy(chosen, state, adaptable);
            return new LoadedWeights(file, sets, chosen, ListResampled(chosen, state));
        }
        catch (InvalidDataException e)
        {
            throw Malformed(path, e);
        }
    }

    private static void Copy(WeightSet set, IReadOnlyDictionary<string, Tensor> state, IAdaptableWeights? adaptable)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        // All are read before the first is copied, for a file may be damaged.
        var read = set.Weights.Select(pair => (Target: state[pair.Key], Values: Read(pair.Key, pair.Value))).ToList();
        foreach (var (target, values) in read)
            target.copy_(values);

        Tensor Read(string name, NamedWeight weight)
        {
            var values = weight.Read();
            return values.shape.SequenceEqual(state[name].shape) ? values : adaptable!.Adapt(name, values);
        }
    }

    private static string[] ListResampled(WeightSet set, IReadOnlyDictionary<string, Tensor> state) =>
    [
        .. set.Weights
            .Where(pair => !pair.Value.Shape.SequenceEqual(state[pair.Key].shape))
            .Select(pair => $"{pair.Value.Name} from [{string.Join(", ", pair.Value.Shape)}] to [{string.Join(", ", state[pair.Key].shape)}]"),
    ];

    // Where next to nothing is found, the file's own names say more.
    private static string ListNames(IReadOnlyList<NamedWeight> weights, WeightSet nearest) =>
        nearest.Weights.Count > 0
            ? ""
            : $" Its {weights.Count} tensors are called {string.Join(", ", weights.Take(NamesShown).Select(weight => weight.Name))}"
                + (weights.Count > NamesShown ? " and so on." : ".");

    private static InvalidDataException Malformed(string path, InvalidDataException cause, string advice = "") =>
        new($"'{path}' holds no encoder that fits: {cause.Message}{advice}", cause);
}
