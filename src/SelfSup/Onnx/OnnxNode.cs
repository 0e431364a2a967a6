namespace SelfSup.Onnx;

/// <summary>A node of a graph, of a model's file or of one that is to be written.</summary>
/// <param name="Name">Its name, or that of its first output.</param>
/// <param name="Operator">The operator, such as <c>Conv</c>.</param>
/// <param name="Inputs">The names of its inputs' values; an empty one is left out.</param>
/// <param name="Outputs">The names of its outputs' values.</param>
/// <param name="Attributes">Its settings by name: a long, a float, a long[], a string, or of another kind.</param>
internal sealed record OnnxNode(
    string Name, string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyDictionary<string, object> Attributes)
{
    /// <summary>A setting, or its default where it is not given or of another kind.</summary>
    public T Get<T>(string name, T byDefault) => Attributes.GetValueOrDefault(name) is T value ? value : byDefault;
}
