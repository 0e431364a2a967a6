using SelfSup.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>Judges images together with their codes: the code joins the image's features before two fully connected layers.</summary>
internal sealed class JointDiscriminator : nn.Module<Tensor, Tensor, Tensor>
{
    private const int Width = 512;

    private readonly Sequential trunk;
    private readonly Sequential judge;

    public JointDiscriminator(int imageSize, int codeSize)
        : base(nameof(JointDiscriminator))
    {
        var (layers, features) = ConvolutionalCritic.BuildTrunk(imageSize);
        trunk = nn.Sequential(layers);
        judge = nn.Sequential(nn.Linear(features + codeSize, Width), nn.LeakyReLU(0.2), nn.Linear(Width, 1));
        RegisterComponents();
    }

    /// <summary>Judges pairs.</summary>
    /// <param name="images">Images, float32 (N, 3, S, S) in [-1, 1].</param>
    /// <param name="codes">Codes or noise, float32 (N, code size) in [-1, 1].</param>
    /// <returns>Logits, float32 (N, 1), owned by the caller.</returns>
    public override Tensor forward(Tensor images, Tensor codes)
    {
        using var scope = NewDisposeScope();
        var features = trunk.forward(ChannelsLast.Of(images)).to(ScalarType.Float32);
        return judge.forward(cat([features, codes], 1)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
