using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>Two linear layers with a GELU between them, for every token alone; timm's names.</summary>
internal sealed class PerceptronLayers : nn.Module<Tensor, Tensor>, IOnnxLayer
{
    private readonly Linear fc1;
    private readonly Linear fc2;

    /// <param name="width">Length of a token.</param>
    /// <param name="hidden">Width between the layers.</param>
    public PerceptronLayers(int width, int hidden)
        : base(nameof(PerceptronLayers))
    {
        (fc1, fc2) = (nn.Linear(width, hidden), nn.Linear(hidden, width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        return fc2.forward(nn.functional.gelu(fc1.forward(tokens))).MoveToOuterDisposeScope();
    }

    public string Export(OnnxGraph graph, string input) => graph.AddLayer(fc2, graph.AddGelu(graph.AddLayer(fc1, input)));
}
