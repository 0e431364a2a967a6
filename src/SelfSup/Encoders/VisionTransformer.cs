using SelfSup.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>A vision transformer without its classifier; keys and shapes are timm's, which DeiT, DINO and MAE share.</summary>
/// <remarks>
/// <para>
/// Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021 (arXiv 2010.11929). A patch has 4 pixels a side in <see cref="Stem.Small"/>, 8 in
/// <see cref="Stem.Medium"/> and the published 16 in <see cref="Stem.Large"/>, so that images of 32, 96 and 224 pixels have 64, 144 and 196
/// patches. The stages are maps of the patches' tokens after a quarter, a half, three quarters and all of the blocks, the last behind the
/// final normalization; the feature is its average, or with <see cref="VitPooling.ClassToken"/> that token, a stage after these. All tokens
/// are in <see cref="ForwardTokens"/>, the class token first.
/// </para>
/// <para>
/// Images of other sizes get positions that are resampled from the table: by DINO's rule, or timm's where there are registers. Sides that
/// are no multiple of the patch are filled up with the mean color below and to the right.
/// </para>
/// </remarks>
public sealed class VisionTransformer : Encoder, IMaskedEncoder, IOnnxEncoder, IAdaptableWeights
{
    private const string PositionsName = "pos_embed", ClassStageName = "cls";
    private const double Deviation = 0.02, PrefixDeviation = 1e-6; // timm's

    private readonly VitOptions options;
    private readonly int grid;
    private readonly Parameter cls_token;
    private readonly Parameter? reg_token;
    private readonly PatchEmbedding patch_embed;
    private readonly ModuleList<TransformerBlock> blocks;
    private readonly LayerNorm norm;
    private readonly int[] stageEnds;

    /// <summary>Creates a network with fresh weights, drawn as timm does.</summary>
    /// <param name="architecture"><c>vit_tiny</c>, <c>vit_small</c> or <c>vit_base</c>.</param>
    /// <param name="imageSize">Side in pixels of the square images, at least 16.</param>
    /// <param name="options">What differs from the published form; null for nothing.</param>
    /// <param name="seed">Seed of the weights; the same seed gives the same bits.</param>
    /// <param name="normalization">Pixel statistics; null means <see cref="Normalization.ImageNet"/>.</param>
    /// <param name="stem">Decides on the patches; null means the one for the image size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The images are too small.</exception>
    /// <exception cref="ArgumentException">There is no such architecture, or a setting is out of its range.</exception>
    public VisionTransformer(
        string architecture, int imageSize, VitOptions? options = null, int seed = 0, Normalization? normalization = null, Stem? stem = null)
        : base(architecture, imageSize, normalization, stem)
    {
        this.options = options ??= new VitOptions();
        options.Validate();
        var (usualWidth, usualHeads) = architecture switch
        {
            "vit_tiny" => (192, 3),
            "vit_small" => (384, 6),
            "vit_base" => (768, 12),
            _ => throw new ArgumentException(
                $"There is no vision transformer '{architecture}'; use vit_tiny, vit_small or vit_base.", nameof(architecture)),
        };
        var (width, heads) = (options.Width ?? usualWidth, options.Heads ?? usualHeads);
        if (width % heads != 0)
            throw new ArgumentException($"A width of {width} cannot be shared by {heads} heads; choose heads that divide it.", nameof(options));
        PatchSize = options.PatchSize ?? Stem switch { Stem.Small => 4, Stem.Medium => 8, _ => 16 };
        grid = options.PositionGrid ?? GridOf(imageSize);
        cls_token = nn.Parameter(zeros(1, 1, width, device: CPU).DetachFromDisposeScope());
        reg_token = options.Registers > 0 ? nn.Parameter(zeros(1, options.Registers, width, device: CPU).DetachFromDisposeScope()) : null;
        patch_embed = new PatchEmbedding(PatchSize, width);
        var last = Math.Max(1, options.Depth - 1);
        blocks = nn.ModuleList([.. Enumerable.Range(0, options.Depth).Select(i =>
            new TransformerBlock(width, heads, options.LayerScale, options.DropPath * i / last))]);
        norm = nn.LayerNorm(width, TransformerBlock.Epsilon);
        stageEnds = [.. Enumerable.Range(1, 4).Select(quarter => (options.Depth * quarter + 3) / 4).Distinct()];
        string[] classStage = options.Pooling == VitPooling.ClassToken ? [ClassStageName] : [];
        Stages = [.. stageEnds.Select(end => $"block{end}").Concat(classStage).Select(name => new EncoderStage(name, width))];
        RegisterComponents();
        RegisterPositions(width);
        Initialize(seed);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EncoderStage> Stages { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Settings => options.Describe();

    /// <inheritdoc/>
    public int PatchSize { get; }

    /// <summary>The class token and the registers.</summary>
    /// <inheritdoc/>
    public int PrefixCount => 1 + options.Registers;

    private Tensor Positions => get_parameter(PositionsName) ?? get_buffer(PositionsName)!;

    private PositionResampling Rule => options.Registers > 0 ? PositionResampling.Antialiased : PositionResampling.Offset;

    /// <inheritdoc/>
    public override Encoder CreateUntrained(int seed) => new VisionTransformer(Architecture, ImageSize, options, seed, Normalization, Stem);

    /// <inheritdoc/>
    public override Encoder WithSettings(IReadOnlyDictionary<string, string> settings) =>
        new VisionTransformer(Architecture, ImageSize, VitOptions.Parse(settings), 0, Normalization, Stem);

    /// <inheritdoc/>
    public override Tensor[] ForwardStages(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = (GridOf(inputs.shape[2]), GridOf(inputs.shape[3]));
        var maps = new List<Tensor>();
        var tokens = Embed(inputs);
        for (var i = 0; i < blocks.Count; i++)
        {
            tokens = blocks[i].forward(tokens);
            if (i + 1 == blocks.Count)
                tokens = norm.forward(tokens);
            if (stageEnds.Contains(i + 1))
                maps.Add(WithoutPrefix(tokens).transpose(1, 2).view(-1, FeatureCount, rows, columns));
        }
        if (options.Pooling == VitPooling.ClassToken)
            maps.Add(tokens.select(1, 0).view(-1, FeatureCount, 1, 1));
        return [.. maps.Select(map => map.MoveToOuterDisposeScope())];
    }

    /// <inheritdoc/>
    public Tensor ForwardTokens(Tensor inputs)
    {
        using var scope = NewDisposeScope();
        return Finish(Embed(inputs));
    }

    /// <inheritdoc/>
    public Tensor ForwardKept(Tensor inputs, Tensor kept)
    {
        using var scope = NewDisposeScope();
        return Finish(Embed(inputs, kept: kept));
    }

    /// <inheritdoc/>
    public Tensor ForwardMasked(Tensor inputs, Tensor mask, Tensor standIn)
    {
        using var scope = NewDisposeScope();
        return Finish(Embed(inputs, patches => where(mask.unsqueeze(2), standIn.to(patches.dtype), patches)));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ExportStages(OnnxGraph graph, string input)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var side = GridOf(ImageSize);
        var positions = PositionsOf(side, side);
        var patches = graph.AddReshape(patch_embed.Export(graph, input, ImageSize), 0, FeatureCount, (long)side * side);
        var placed = graph.AddNode("Add", [graph.AddTranspose(patches, 0, 2, 1), graph.AddConstant(positions.narrow(1, 1, (long)side * side))]);
        var tokens = graph.AddPrefix(placed, Prefix(positions));
        var maps = new List<string>();
        for (var i = 0; i < blocks.Count; i++)
        {
            tokens = graph.AddLayer(blocks[i], tokens);
            if (i + 1 == blocks.Count)
                tokens = graph.AddLayer(norm, tokens);
            if (stageEnds.Contains(i + 1))
                maps.Add(graph.AddTokenMap(tokens, PrefixCount, FeatureCount, side));
        }
        if (options.Pooling == VitPooling.ClassToken)
            maps.Add(graph.AddTokenMap(tokens, 0, FeatureCount, side: 1));
        return maps;
    }

    /// <summary>The tokens before the first block, in the caller's scope.</summary>
    /// <param name="inputs">Normalized images (N, 3, H, W).</param>
    /// <param name="change">What to do with the patches before they get their positions; null for nothing.</param>
    /// <param name="kept">The patches to keep, int64 (N, K); null for all.</param>
    internal Tensor Embed(Tensor inputs, Func<Tensor, Tensor>? change = null, Tensor? kept = null)
    {
        var map = patch_embed.forward(inputs);
        var patches = map.flatten(2).transpose(1, 2); // (N, L, D)
        patches = change is null ? patches : change(patches);
        var positions = PositionsOf((int)map.shape[2], (int)map.shape[3]);
        var placed = patches.add(positions.narrow(1, 1, patches.shape[1]));
        var visible = kept is null ? placed : TokenOrder.Pick(placed, kept);
        var prefix = Prefix(positions).to(visible.dtype).expand(inputs.shape[0], PrefixCount, FeatureCount);
        return cat([prefix, visible], 1);
    }

    /// <summary>The tokens after a number of blocks, in the caller's scope.</summary>
    internal Tensor RunBlocks(Tensor tokens, int count) => blocks.Take(count).Aggregate(tokens, (value, block) => block.forward(value));

    bool IAdaptableWeights.CanAdapt(string name, IReadOnlyList<long> shape) =>
        name == PositionsName && shape is [1, > 0, var width] && width == FeatureCount && FindGrid(shape[1]) is not null;

    // timm's tables of models with registers have no row for the class token, which then has no position.
    Tensor IAdaptableWeights.Adapt(string name, Tensor values)
    {
        var (side, prefix) = FindGrid(values.shape[1])!.Value;
        var table = values.to(ScalarType.Float32);
        var places = PositionTable.Resample(
            table.narrow(1, prefix, (long)side * side), (side, side), (grid, grid), PositionResampling.Antialiased);
        return cat([prefix == 1 ? table.narrow(1, 0, 1) : zeros(1, 1, FeatureCount, device: table.device), places], 1);
    }

    private static (int Side, int Prefix)? FindGrid(long rows)
    {
        for (var prefix = 1; prefix >= 0; prefix--)
        {
            if ((int)Math.Round(Math.Sqrt(rows - prefix)) is var side and > 0 && (long)side * side == rows - prefix)
                return (side, prefix);
        }
        return null;
    }

    private int GridOf(long side) => (int)((side + PatchSize - 1) / PatchSize);

    private Tensor WithoutPrefix(Tensor tokens) => tokens.narrow(1, PrefixCount, tokens.shape[1] - PrefixCount);

    private Tensor Finish(Tensor tokens) => norm.forward(RunBlocks(tokens, blocks.Count)).MoveToOuterDisposeScope();

    private Tensor Prefix(Tensor positions)
    {
        var classToken = cls_token.add(positions.narrow(1, 0, 1));
        return reg_token is null ? classToken : cat([classToken, reg_token], 1);
    }

    /// <summary>The positions of the class token and of a grid's patches, in the caller's scope.</summary>
    private Tensor PositionsOf(int rows, int columns)
    {
        if (rows == grid && columns == grid)
            return Positions.alias();
        var places = PositionTable.Resample(Positions.narrow(1, 1, (long)grid * grid), (grid, grid), (rows, columns), Rule);
        return cat([Positions.narrow(1, 0, 1), places], 1);
    }

    private void RegisterPositions(int width)
    {
        if (options.Positions == VitPositions.Learned)
        {
            register_parameter(PositionsName, nn.Parameter(zeros(1, 1 + grid * grid, width, device: CPU).DetachFromDisposeScope()));
            return;
        }
        using var scope = NewDisposeScope();
        var table = cat([zeros(1, 1, width, device: CPU), PositionTable.SineCosine(width, grid, grid)], 1);
        register_buffer(PositionsName, table.DetachFromDisposeScope());
    }

    // timm cuts its normal draws at 2, a hundred deviations away, which is nowhere.
    private void Initialize(int seed)
    {
        using var noGrad = no_grad();
        using var random = new RandomSource((ulong)seed);
        Draw(cls_token, PrefixDeviation);
        if (reg_token is not null)
            Draw(reg_token, PrefixDeviation);
        if (options.Positions == VitPositions.Learned)
            Draw(Positions, Deviation);
        var bound = 1 / Math.Sqrt(3 * PatchSize * PatchSize);
        foreach (var values in patch_embed.parameters())
        {
            using var scope = NewDisposeScope();
            values.copy_(random.Uniform(values.shape).mul(2).sub(1).mul(bound));
        }
        foreach (var linear in blocks.SelectMany(block => block.modules()).OfType<Linear>())
        {
            Draw(linear.weight, Deviation);
            linear.bias!.zero_();
        }

        void Draw(Tensor values, double deviation)
        {
            using var scope = NewDisposeScope();
            values.copy_(random.Normal(values.shape).mul(deviation));
        }
    }
}
