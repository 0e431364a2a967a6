using System.Globalization;
using System.Text.Json;
using SelfSup.Files;
using SelfSup.Onnx;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>A classifier as an ONNX model: of the encoder only what the linear layer reads, and the layer itself.</summary>
internal static class ClassifierExport
{
    /// <summary>Writes a classifier.</summary>
    /// <exception cref="NotSupportedException">The encoder, or a layer of it, cannot describe itself in ONNX.</exception>
    public static void Write(string path, Encoder encoder, LinearHead head)
    {
        using var scope = NewDisposeScope();
        var graph = new OnnxGraph();
        var (images, maps) = OnnxFile.AddEncoder(graph, encoder);
        var (layer, classes) = (head.Layer, head.ClassNames.Count);
        var features = layer.Stage < 0
            ? graph.AddGridFeatures(images, encoder.ImageSize, layer.Grid)
            : graph.AddGridFeatures(maps[layer.Stage], encoder.MeasureStages()[layer.Stage], layer.Grid);
        if (head.CreateCenter() is { } center)
            features = graph.AddDirections(features, center);
        var logits = graph.AddNode(
            "Gemm",
            [features, graph.AddConstant(head.CreateWeights()), graph.AddConstant(head.CreateBias())],
            new OnnxAttribute("transB", 1));
        graph.AddOutput("logits", logits, classes);
        graph.AddOutput("probabilities", graph.AddNode("Softmax", [logits], new OnnxAttribute("axis", 1)), classes);

        var metadata = OnnxFile.Describe(encoder);
        metadata["stage"] = layer.Name;
        metadata["grid"] = layer.Grid.ToString(CultureInfo.InvariantCulture);
        metadata[EncoderMetadata.ClassesKey] = JsonSerializer.Serialize(head.ClassNames);
        OnnxFile.Write(path, graph, metadata);
    }
}
