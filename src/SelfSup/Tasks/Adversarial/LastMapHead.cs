using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>A linear layer on all places of an encoder's last map: encoders differ in its size, and a discriminator should tell places apart.</summary>
internal static class LastMapHead
{
    /// <summary>Builds the layers: float (N, C, s, s) to (N, outputs).</summary>
    public static nn.Module<Tensor, Tensor> Create(Encoder encoder, int outputs)
    {
        var side = encoder.MeasureStages()[^1];
        return nn.Sequential(nn.Flatten(), nn.Linear(encoder.FeatureCount * side * side, outputs));
    }
}
