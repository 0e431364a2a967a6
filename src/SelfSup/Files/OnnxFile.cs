using SelfSup.Onnx;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Encoders in <c>.onnx</c> files, which ONNX Runtime and others run without this library.</summary>
/// <remarks>
/// The input <c>pixels</c> is uint8 (N, 3, S, S), red, green and blue planes as they come from a decoder: the model normalizes them
/// itself. N is open, S is the encoder's image size. The metadata is architecture, stem, image_size, mean and std (JSON lists, of
/// pixels in 0..1), input_layout (NCHW), input_channels (RGB), input_range (0..255) and selfsup_version.
/// </remarks>
public static class OnnxFile
{
    private const string InputName = "pixels";
    private const string FeaturesName = "features";

    /// <summary>
    /// Writes an encoder in evaluation mode; an existing file is replaced in one step. The outputs are <c>features</c>, what
    /// <see cref="Encoder.forward"/> returns (N, <see cref="Encoder.FeatureCount"/>), and the map of every stage (N, C, H, W) under
    /// the stage's name.
    /// </summary>
    /// <param name="encoder">The encoder, on any device. Its parameters are written as float32.</param>
    /// <param name="path">The file, <c>.onnx</c> by custom; its folder is created if missing.</param>
    /// <exception cref="NotSupportedException">The encoder, or a layer of it, cannot describe itself in ONNX.</exception>
    public static void Export(Encoder encoder, string path)
    {
        var graph = new OnnxGraph();
        var (_, maps) = AddEncoder(graph, encoder);
        var sides = encoder.MeasureStages();
        graph.AddOutput(FeaturesName, graph.AddGridFeatures(maps[^1], sides[^1], grid: 1), encoder.FeatureCount);
        foreach (var ((stage, map), side) in encoder.Stages.Zip(maps).Zip(sides))
            graph.AddOutput(stage.Name, map, stage.Channels, side, side);
        Write(path, graph, Describe(encoder));
    }

    /// <summary>Adds the input, its normalization and the encoder's stages to an empty graph.</summary>
    /// <returns>The names of the normalized images (N, 3, S, S) and of every stage's map.</returns>
    /// <exception cref="NotSupportedException">The encoder, or a layer of it, cannot describe itself in ONNX.</exception>
    internal static (string Images, IReadOnlyList<string> Maps) AddEncoder(OnnxGraph graph, Encoder encoder)
    {
        var exportable = IOnnxEncoder.Of(encoder);
        var pixels = graph.AddByteInput(InputName, 3, encoder.ImageSize, encoder.ImageSize);
        // The same arithmetic as Normalization.Apply.
        var centered = graph.AddNode("Sub", [pixels, AddChannels(encoder.Normalization.Mean.Select(mean => mean * 255))]);
        var images = graph.AddNode(
            "Mul", [centered, AddChannels(encoder.Normalization.Deviation.Select(deviation => 1 / (deviation * 255)))]);
        return (images, exportable.ExportStages(graph, images));

        string AddChannels(IEnumerable<float> values)
        {
            using var channels = tensor(values.ToArray(), [1, 3, 1, 1], device: CPU);
            return graph.AddConstant(channels);
        }
    }

    /// <summary>The metadata of an encoder's model.</summary>
    internal static Dictionary<string, string> Describe(Encoder encoder)
    {
        var metadata = EncoderMetadata.Describe(encoder);
        metadata.Remove(EncoderMetadata.FormatKey);
        metadata["input_layout"] = "NCHW";
        metadata["input_channels"] = "RGB";
        metadata["input_range"] = "0..255";
        metadata["selfsup_version"] = EncoderMetadata.Version;
        return metadata;
    }

    /// <summary>Writes a model; an existing file is replaced in one step.</summary>
    internal static void Write(string path, OnnxGraph graph, IReadOnlyDictionary<string, string> metadata) =>
        AtomicFile.Write(path, stream => OnnxModel.Write(stream, graph, EncoderMetadata.Version, metadata));
}
