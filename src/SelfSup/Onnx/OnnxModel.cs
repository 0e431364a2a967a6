namespace SelfSup.Onnx;

/// <summary>A graph as an ONNX model: IR version 8, opset 17, which every runtime since 2022 reads.</summary>
internal static class OnnxModel
{
    // Field numbers of ModelProto.
    private const int IrVersion = 1, ProducerName = 2, ProducerVersion = 3, Graph = 7, OperatorSet = 8, Metadata = 14;

    /// <summary>Writes a model.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="graph">What the model computes.</param>
    /// <param name="version">The library's version.</param>
    /// <param name="metadata">What its user has to know.</param>
    /// <exception cref="NotSupportedException">The model is larger than the 2 GB that protobuf allows.</exception>
    public static void Write(Stream stream, OnnxGraph graph, string version, IReadOnlyDictionary<string, string> metadata)
    {
        var model = new ProtobufMessage()
            .Add(IrVersion, 8)
            .Add(ProducerName, nameof(SelfSup))
            .Add(ProducerVersion, version)
            .Add(Graph, graph.ToMessage())
            .Add(OperatorSet, new ProtobufMessage().Add(1, "").Add(2, 17)) // the standard operators have the empty domain
            .Add(Metadata, metadata.Select(entry => new ProtobufMessage().Add(1, entry.Key).Add(2, entry.Value)));
        if (model.Length > int.MaxValue)
            throw new NotSupportedException("The model is larger than the 2 GB that an ONNX file can be.");
        model.WriteTo(stream);
    }
}
