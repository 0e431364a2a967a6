using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>Attention and two linear layers, each on what is normalized before and added to what came in; timm's names.</summary>
internal sealed class TransformerBlock : nn.Module<Tensor, Tensor>, IOnnxLayer
{
    /// <summary>Added to the variance of layer normalizations: the one of all published vision transformers.</summary>
    public const double Epsilon = 1e-6;

    private const int Widening = 4;
    private readonly double dropPath;
    private readonly LayerNorm norm1;
    private readonly Attention attn;
    private readonly LayerScale? ls1;
    private readonly LayerNorm norm2;
    private readonly PerceptronLayers mlp;
    private readonly LayerScale? ls2;

    /// <param name="width">Length of a token.</param>
    /// <param name="heads">Heads of attention; a divisor of the width.</param>
    /// <param name="layerScale">What learned factors on both branches start at; null for none.</param>
    /// <param name="dropPath">Share of images whose branches are left out in training.</param>
    public TransformerBlock(int width, int heads, double? layerScale = null, double dropPath = 0)
        : base(nameof(TransformerBlock))
    {
        this.dropPath = dropPath;
        (norm1, norm2) = (nn.LayerNorm(width, Epsilon), nn.LayerNorm(width, Epsilon));
        attn = new Attention(width, heads);
        mlp = new PerceptronLayers(width, Widening * width);
        if (layerScale is { } start)
            (ls1, ls2) = (new LayerScale(width, start), new LayerScale(width, start));
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var mixed = tokens.add(Branch(attn.forward(norm1.forward(tokens)), ls1));
        return mixed.add(Branch(mlp.forward(norm2.forward(mixed)), ls2)).MoveToOuterDisposeScope();
    }

    public string Export(OnnxGraph graph, string input)
    {
        var mixed = graph.AddSum(input, graph.AddLayer(ls1, attn.Export(graph, graph.AddLayer(norm1, input))));
        return graph.AddSum(mixed, graph.AddLayer(ls2, mlp.Export(graph, graph.AddLayer(norm2, mixed))));
    }

    // Stochastic depth: Huang et al., 2016, https://arxiv.org/abs/1603.09382.
    private Tensor Branch(Tensor branch, LayerScale? scale)
    {
        var scaled = scale is null ? branch : scale.forward(branch);
        if (!training || dropPath == 0)
            return scaled;
        using var everyImage = ones([scaled.shape[0], 1, 1], dtype: scaled.dtype, device: scaled.device);
        return scaled.mul(nn.functional.dropout(everyImage, dropPath, training: true));
    }
}
