namespace SelfSup.Files;

/// <summary>How a code base calls the weights of our encoders.</summary>
internal sealed class WeightNames
{
    private static readonly (string Own, string Other)[] transformers =
    [
        (".cls_token", ".embeddings.cls_token"),
        (".reg_token", ".embeddings.register_tokens"),
        (".pos_embed", ".embeddings.position_embeddings"),
        (".patch_embed.proj.", ".embeddings.patch_embeddings.projection."),
        (".norm.", ".layernorm."),
        (".blocks.", ".encoder.layer."),
        (".attn.qkv.", $".attention.attention.{JoinedWeights.QueryKeyValue}."),
        (".attn.proj.", ".attention.output.dense."),
    ];

    private readonly (string Own, string Other)[] pairs;

    private WeightNames(params (string Own, string Other)[] pairs) => this.pairs = pairs;

    /// <summary>Our own names, which are torchvision's, and timm's for vision transformers.</summary>
    public static WeightNames Own { get; } = new();

    /// <summary>Our own names, then those that Hugging Face's transformers have for ViT and for DINOv2.</summary>
    public static IReadOnlyList<WeightNames> All { get; } =
    [
        Own,
        new(
        [
            .. transformers, (".norm1.", ".layernorm_before."), (".norm2.", ".layernorm_after."), (".mlp.fc1.", ".intermediate.dense."),
            (".mlp.fc2.", ".output.dense."),
        ]),
        new([.. transformers, (".ls1.gamma", ".layer_scale1.lambda1"), (".ls2.gamma", ".layer_scale2.lambda1")]),
    ];

    /// <summary>A weight's name, or the first parts of one with a dot at their end.</summary>
    /// <param name="own">Our own name.</param>
    public string Of(string own) =>
        pairs.Aggregate("." + own, (name, pair) => name.Replace(pair.Own, pair.Other, StringComparison.Ordinal))[1..];
}
