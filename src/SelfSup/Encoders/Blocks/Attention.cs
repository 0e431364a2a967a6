using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>Attention of every token to all tokens of its image, by several heads; timm's names.</summary>
internal sealed class Attention : nn.Module<Tensor, Tensor>, IOnnxLayer
{
    private readonly int heads;
    private readonly Linear qkv;
    private readonly Linear proj;

    /// <param name="width">Length of a token.</param>
    /// <param name="heads">Heads; a divisor of the width.</param>
    public Attention(int width, int heads)
        : base(nameof(Attention))
    {
        this.heads = heads;
        (qkv, proj) = (nn.Linear(width, 3 * width), nn.Linear(width, width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var (count, length, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2]);
        var parts = qkv.forward(tokens).view(count, length, 3, heads, width / heads).permute(2, 0, 3, 1, 4); // (3, N, heads, L, d)
        var mixed = nn.functional.scaled_dot_product_attention(parts.select(0, 0), parts.select(0, 1), parts.select(0, 2));
        return proj.forward(mixed.transpose(1, 2).reshape(count, length, width)).MoveToOuterDisposeScope();
    }

    public string Export(OnnxGraph graph, string input)
    {
        using var scope = NewDisposeScope();
        var width = proj.weight.shape[0];
        string[] parts = [.. Enumerable.Range(0, 3).Select(part =>
        {
            var values = graph.AddLinear(
                input, qkv.weight.narrow(0, part * width, width), qkv.bias!.narrow(0, part * width, width));
            return graph.AddTranspose(graph.AddReshape(values, 0, 0, heads, width / heads), 0, 2, 1, 3); // (N, heads, L, d)
        })];
        var scaled = graph.AddNode("Mul", [parts[0], graph.AddNumber(Math.Pow(width / heads, -0.5))]);
        var weights = graph.AddNode(
            "Softmax", [graph.AddNode("MatMul", [scaled, graph.AddTranspose(parts[1], 0, 1, 3, 2)])], new OnnxAttribute("axis", -1));
        var mixed = graph.AddTranspose(graph.AddNode("MatMul", [weights, parts[2]]), 0, 2, 1, 3);
        return graph.AddLayer(proj, graph.AddReshape(mixed, 0, 0, width));
    }
}
