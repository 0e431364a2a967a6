using SelfSup.Encoders;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class ResNetTests
{
    [Theory]
    [InlineData(18, 32)]
    [InlineData(50, 288)]
    public void TilesOfAPixelHaveTheGradientsInBFloat16ThatTheyHaveInFloat32(int depth, int count)
    {
        if (!Autocast.IsSupported)
            return;
        using var scope = NewDisposeScope();
        using var encoder = new ResNet(depth, imageSize: 64);
        ChannelsLast.LayOutWeightsOf(encoder);
        var tiles = encoder.Normalize(TestImages.Colorful(count, 16)); // stem, max-pooling and layer2 leave 2 pixels, layer3 one

        var exact = GradientNorms();
        Dictionary<string, double> coarse;
        using (Autocast.ToBFloat16(CPU))
            coarse = GradientNorms();

        foreach (var (name, norm) in exact)
            Assert.InRange(coarse[name], 0.5 * norm - 1e-3, 2 * norm + 1e-3);

        Dictionary<string, double> GradientNorms()
        {
            using var pass = NewDisposeScope();
            encoder.zero_grad();
            encoder.forward(tiles).to(ScalarType.Float32).sin().sum().backward();
            return encoder.named_parameters().Where(pair => pair.parameter.dim() == 4)
                .ToDictionary(pair => pair.name, pair => (double)pair.parameter.grad!.norm().item<float>());
        }
    }
}
