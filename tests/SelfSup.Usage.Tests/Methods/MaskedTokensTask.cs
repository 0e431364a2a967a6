using SelfSup.Optimization;
using static TorchSharp.torch;
using Linear = TorchSharp.Modules.Linear;
using Parameter = TorchSharp.Modules.Parameter;

namespace SelfSup.Usage.Tests.Methods;

/// <summary>Masked tokens: of most patches the encoder sees only where they are, and their pixels are to be told.</summary>
internal sealed class MaskedTokensTask(double ratio = 0.6) : PretextTask("masked-tokens")
{
    public override TrainingRecipe Recipe => TrainingRecipe.For(new AdamW());

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["ratio"] = $"{ratio}" };

    public override void CheckFits(Encoder encoder, int frames)
    {
        base.CheckFits(encoder, frames);
        if (encoder is not TokenEncoder)
            throw new ArgumentException($"The task '{Name}' needs a {nameof(TokenEncoder)}, not '{encoder.Architecture}'.");
    }

    public override PretextBatch Generate(PretextInput input, RandomSource random)
    {
        using var scope = NewDisposeScope();
        var patches = input.Images.shape[2] / TokenEncoder.Patch * (input.Images.shape[3] / TokenEncoder.Patch);
        var ranks = random.Uniform(input.Images.shape[0], patches).argsort(1).argsort(1); // (N, L)
        var mask = ranks.lt(Math.Round(ratio * patches));
        return new MaskedBatch(input.Images.alias().MoveToOuterDisposeScope(), mask.MoveToOuterDisposeScope());
    }

    public override PretextModel CreateModel(PretextSetup setup) => new Model(Name, setup.Encoder);

    /// <summary>Images with the patches to hide, bool (N, L).</summary>
    private sealed class MaskedBatch(Tensor images, Tensor mask) : PretextBatch(images)
    {
        public Tensor Mask { get; } = mask;

        public override void Dispose()
        {
            Mask.Dispose();
            base.Dispose();
        }
    }

    private sealed class Model : PretextModel
    {
        private readonly Parameter hidden;
        private readonly Linear toPixels;

        public Model(string name, Encoder encoder)
            : base(name, encoder)
        {
            hidden = nn.Parameter(zeros(TokenEncoder.Width));
            toPixels = nn.Linear(TokenEncoder.Width, 3 * TokenEncoder.Patch * TokenEncoder.Patch);
            RegisterComponents();
            Objectives = [new Objective("pixels", Objective.Typed<MaskedBatch>(ComputeLoss), encoder, this)];
        }

        public override IReadOnlyList<Objective> Objectives { get; }

        private PretextLoss ComputeLoss(MaskedBatch batch, StepContext step)
        {
            using var scope = NewDisposeScope();
            var images = Encoder.Normalize(batch.Inputs);
            var predicted = toPixels.forward(((TokenEncoder)Encoder).ForwardTokens(images, batch.Mask, hidden)[^1]); // (N, L, 48)
            var patches = nn.functional.unfold(images, TokenEncoder.Patch, stride: TokenEncoder.Patch).transpose(1, 2);
            var errors = predicted.sub(patches).square().mean([2]);
            return new PretextLoss(errors.mul(batch.Mask).sum().div(batch.Mask.sum())).MoveToOuterDisposeScope();
        }
    }
}
