using SelfSup.Encoders;
using SelfSup.Losses;
using SelfSup.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A small transformer that tells the pixels of hidden patches from the tokens of the others; MAE's names.</summary>
public sealed class MaeModel : PretextModel
{
    private static readonly DeviceConstants<(int Width, int Rows, int Columns)> positions =
        new(key => PositionTable.SineCosine(key.Width, key.Rows, key.Columns));

    private readonly MaeOptions options;
    private readonly int patch;
    private readonly Linear decoder_embed;
    private readonly Parameter mask_token;
    private readonly ModuleList<TransformerBlock> decoder_blocks;
    private readonly LayerNorm decoder_norm;
    private readonly Linear decoder_pred;

    internal MaeModel(string name, Encoder encoder, MaeOptions options)
        : base(name, encoder)
    {
        this.options = options;
        patch = PatchFit.SideFor(options.PatchSize, encoder.ImageSize);
        var width = options.DecoderWidth;
        decoder_embed = nn.Linear(encoder.FeatureCount, width);
        mask_token = nn.Parameter(nn.init.normal_(zeros(1, 1, width, device: CPU), 0, 0.02).DetachFromDisposeScope());
        decoder_blocks = nn.ModuleList(
            [.. Enumerable.Range(0, options.DecoderDepth).Select(_ => new TransformerBlock(width, options.DecoderHeads))]);
        decoder_norm = nn.LayerNorm(width, TransformerBlock.Epsilon);
        decoder_pred = nn.Linear(width, 3 * patch * patch);
        RegisterComponents();
        foreach (var linear in modules().OfType<Linear>())
        {
            nn.init.xavier_uniform_(linear.weight);
            nn.init.zeros_(linear.bias!);
        }
        Objectives = [new Objective("reconstruction", Objective.Typed<MaeBatch>(ComputeLoss), encoder, this)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Predicts all patches, those that were seen too.</summary>
    /// <param name="images">Normalized images (N, 3, S, S).</param>
    /// <param name="batch">The batch that they belong to.</param>
    /// <returns>Patches (N, L, P) as the loss wants them, owned by the caller.</returns>
    public Tensor Predict(Tensor images, MaeBatch batch)
    {
        using var scope = NewDisposeScope();
        var masked = (IMaskedEncoder)Encoder;
        var (rows, columns) = ((int)images.shape[2] / patch, (int)images.shape[3] / patch);
        var prefix = Math.Min(1, masked.PrefixCount); // the class token, which has no position here; registers end here
        var (count, length, kept) = (images.shape[0], batch.Places.shape[1], batch.Kept.shape[1]);
        var tokens = decoder_embed.forward(masked.ForwardKept(images, batch.Kept));
        var hidden = mask_token.to(tokens.dtype).expand(count, length - kept, options.DecoderWidth);
        var patches = TokenOrder.Pick(cat([tokens.narrow(1, masked.PrefixCount, kept), hidden], 1), batch.Places);
        var placed = patches.add(positions.On(images.device, (options.DecoderWidth, rows, columns)));
        var all = cat([tokens.narrow(1, 0, prefix).to(placed.dtype), placed], 1);
        var decoded = decoder_blocks.Aggregate(all, (values, block) => block.forward(values));
        return decoder_pred.forward(decoder_norm.forward(decoded)).narrow(1, prefix, length).MoveToOuterDisposeScope();
    }

    /// <summary>Restores the hidden patches and leaves the others as they are.</summary>
    /// <param name="batch">A generated batch.</param>
    /// <returns>Images, float32 (N, 3, S, S) in [0, 1] where the prediction is good, owned by the caller.</returns>
    public Tensor Restore(MaeBatch batch)
    {
        using var scope = NewDisposeScope();
        var images = Encoder.Normalize(batch.Inputs);
        var truth = Patches.Split(images, patch);
        var predicted = Predict(images, batch).to(ScalarType.Float32);
        if (options.NormalizePatches)
            predicted = MaskedPatchLoss.Denormalize(predicted, truth);
        var restored = Patches.Join(where(batch.Mask.unsqueeze(2), predicted, truth), patch, (int)images.shape[2] / patch);
        return Encoder.Normalization.Undo(restored).MoveToOuterDisposeScope();
    }

    private PretextLoss ComputeLoss(MaeBatch batch, StepContext step)
    {
        using var scope = NewDisposeScope();
        var images = Encoder.Normalize(batch.Inputs);
        var patches = Patches.Split(images, patch);
        var targets = options.NormalizePatches ? MaskedPatchLoss.Normalize(patches) : patches;
        return new PretextLoss(MaskedPatchLoss.Of(Predict(images, batch), targets, batch.Mask)).MoveToOuterDisposeScope();
    }
}
