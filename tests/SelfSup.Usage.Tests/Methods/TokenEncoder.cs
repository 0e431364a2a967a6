using SelfSup.Encoders;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>A small token encoder: patches of 4 pixels, positions that are learned, and two layers of attention.</summary>
internal sealed class TokenEncoder : Encoder
{
    public const string Name = "tokens";
    public const int Patch = 4, Width = 48;
    private readonly Conv2d embed;
    private readonly Parameter positions;
    private readonly AttentionLayer layer1;
    private readonly AttentionLayer layer2;

    public TokenEncoder(int imageSize, int seed = 0, Normalization? normalization = null, Stem? stem = null)
        : base(Name, imageSize, normalization, stem)
    {
        using var random = new RandomSource((ulong)seed);
        embed = nn.Conv2d(3, Width, Patch, Patch);
        positions = nn.Parameter(random.Normal(1, imageSize / Patch * (imageSize / Patch), Width).mul_(0.02));
        (layer1, layer2) = (new AttentionLayer(Width), new AttentionLayer(Width));
        RegisterComponents();
        Initialization.Apply(this, seed);
    }

    public override IReadOnlyList<EncoderStage> Stages { get; } = [new("layer1", Width), new("layer2", Width)];

    public override Encoder CreateUntrained(int seed) => new TokenEncoder(ImageSize, seed, Normalization, Stem);

    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return [.. ForwardTokens(inputs).Select(tokens => tokens.transpose(1, 2)
            .reshape(-1, Width, inputs.shape[2] / Patch, inputs.shape[3] / Patch).MoveToOuterDisposeScope())];
    }

    /// <summary>The tokens (N, L, 48) after both layers, in the caller's scope.</summary>
    /// <param name="inputs">Normalized images (N, 3, H, W).</param>
    /// <param name="mask">Which patches are hidden, bool (N, L); null means none.</param>
    /// <param name="hidden">What stands in place of a hidden patch, (48).</param>
    public Tensor[] ForwardTokens(Tensor inputs, Tensor? mask = null, Tensor? hidden = null)
    {
        var tokens = embed.forward(inputs).flatten(2).transpose(1, 2); // (N, L, 48)
        if (mask is not null)
            tokens = where(mask.unsqueeze(2), hidden!.to(tokens.dtype), tokens);
        var first = layer1.forward(tokens.add(positions));
        return [first, layer2.forward(first)];
    }
}
