using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer.Probing;

public class UnlabeledMeansTests
{
    [Fact]
    public void They_are_the_means_of_every_feature_over_all_images()
    {
        using var encoder = new ConvNet(32, seed: 1);
        var images = new ProceduralImages(10, seed: 2);
        var layers = FeatureLayer.ListOf(encoder);
        using var means = UnlabeledMeans.Of(encoder, images, layers, new() { BatchSize = 4, Workers = 1 }, new Progress<int>(), CancellationToken.None);
        using var features = FeatureExtractor.Extract(encoder, images, layers);
        foreach (var layer in layers)
        {
            using var expected = features[layer.Name].mean([0]);
            Assert.True(means[layer].allclose(expected, 1e-3, 1e-4), layer.Name);
        }
    }
}
