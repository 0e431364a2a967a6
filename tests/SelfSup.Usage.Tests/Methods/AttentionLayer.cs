using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>Attention of one head and two linear layers, each on what is normalized before and added to what came in.</summary>
internal sealed class AttentionLayer : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm norm1;
    private readonly Linear qkv;
    private readonly Linear projection;
    private readonly LayerNorm norm2;
    private readonly Sequential mlp;

    public AttentionLayer(int width)
        : base(nameof(AttentionLayer))
    {
        (norm1, norm2) = (nn.LayerNorm(width), nn.LayerNorm(width));
        (qkv, projection) = (nn.Linear(width, 3 * width), nn.Linear(width, width));
        mlp = nn.Sequential(("wide", nn.Linear(width, 2 * width)), ("gelu", nn.GELU()), ("narrow", nn.Linear(2 * width, width)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var parts = qkv.forward(norm1.forward(tokens)).unflatten(2, 3, tokens.shape[^1]);
        var attended = nn.functional.scaled_dot_product_attention(parts.select(2, 0), parts.select(2, 1), parts.select(2, 2));
        var mixed = tokens.add(projection.forward(attended));
        return mixed.add(mlp.forward(norm2.forward(mixed))).MoveToOuterDisposeScope();
    }
}
