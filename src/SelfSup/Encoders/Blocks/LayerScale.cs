using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>A learned factor for every number of a token: Touvron et al., 2021, https://arxiv.org/abs/2103.17239. DINOv2 has it.</summary>
internal sealed class LayerScale : nn.Module<Tensor, Tensor>, IOnnxLayer
{
    private readonly Parameter gamma;

    /// <param name="width">Length of a token.</param>
    /// <param name="start">What all factors start at.</param>
    public LayerScale(int width, double start)
        : base(nameof(LayerScale))
    {
        gamma = nn.Parameter(full([width], start, dtype: ScalarType.Float32, device: CPU).DetachFromDisposeScope());
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens) => tokens.mul(gamma);

    public string Export(OnnxGraph graph, string input) => graph.AddNode("Mul", [input, graph.AddConstant(gamma)]);
}
