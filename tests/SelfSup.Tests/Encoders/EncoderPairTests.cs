using SelfSup.Encoders;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class EncoderPairTests
{
    [Fact]
    public void Maps_and_features_are_those_of_both()
    {
        using var scope = NewDisposeScope();
        using var pair = new EncoderPair(new ConvNet(32, seed: 1), new ConvNet(32, seed: 2));
        using var first = new ConvNet(32, seed: 1);
        using var second = new ConvNet(32, seed: 2);
        pair.eval();
        first.eval();
        second.eval();
        var inputs = pair.Normalize(TestImages.Colorful(2, 32));
        var (left, right) = (first.ForwardStages(inputs), second.ForwardStages(inputs));
        foreach (var (i, map) in pair.ForwardStages(inputs).Index())
        {
            Assert.Equal(pair.Stages[i].Channels, map.shape[1]);
            Assert.True(map.Equals(cat([left[i], right[i]], 1)));
        }
        Assert.True(pair.forward(inputs).allclose(cat([first.forward(inputs), second.forward(inputs)], 1)));
    }

    [Fact]
    public void The_second_one_counts_as_it_is_told_also_out_of_a_file()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var plain = new EncoderPair(new ConvNet(32, seed: 1), new ConvNet(32, seed: 2));
        using var pair = new EncoderPair(new ConvNet(32, seed: 1), new ConvNet(32, seed: 2), secondWeight: 1.5);
        EncoderFile.Save(pair, folder["pair.safetensors"]);
        using var loaded = EncoderFile.Load(folder["pair.safetensors"]);
        Encoder[] all = [plain, pair, loaded, pair.Copy()];
        foreach (var encoder in all)
            encoder.eval();
        var inputs = plain.Normalize(TestImages.Colorful(2, 32));
        var features = all.Select(encoder => encoder.forward(inputs)).ToArray();
        var half = plain.FeatureCount / 2;
        foreach (var weighted in features[1..])
        {
            Assert.True(weighted.narrow(1, 0, half).allclose(features[0].narrow(1, 0, half)));
            Assert.True(weighted.narrow(1, half, half).allclose(features[0].narrow(1, half, half) * 1.5));
        }
        all[^1].Dispose();
        Assert.Throws<ArgumentOutOfRangeException>(() => new EncoderPair(new ConvNet(32), new ConvNet(32), secondWeight: 0));
        Assert.Contains("second_weight is 'much'", Assert.Throws<ArgumentException>(
            () => plain.WithSettings(new Dictionary<string, string> { ["second_weight"] = "much" })).Message);
    }

    [Fact]
    public void A_file_brings_back_both_with_their_settings()
    {
        using var folder = new TemporaryFolder();
        var path = folder["pair.safetensors"];
        int[] blocks = [1, 1, 1, 2];
        using var pair = new EncoderPair(new ResNet(18, 32, seed: 1, blocks: blocks), new ResNet(18, 32, seed: 2, blocks: blocks));
        EncoderFile.Save(pair, path);
        using var loaded = EncoderFile.Load(path);
        Assert.Equal("resnet18+resnet18", loaded.Architecture);
        foreach (var (name, tensor) in pair.state_dict())
            Assert.True(tensor.Equals(loaded.state_dict()[name]), name);
        using var larger = EncoderFile.LoadPretrained(path, imageSize: 48);
        Assert.Equal((48, "resnet18+resnet18"), (larger.ImageSize, larger.Architecture));
    }

    [Fact]
    public void Both_networks_are_told_apart_by_their_parameters_names()
    {
        using var pair = new EncoderPair(new ConvNet(32), new ConvNet(32));
        using var zoom = new CenterZoom(new EncoderPair(new ConvNet(32), new ConvNet(32)));
        using var one = new ConvNet(32);
        Assert.Equal([12, 12], Sizes(pair));
        Assert.Equal([12, 12], Sizes(zoom));
        Assert.Equal([12], Sizes(one));

        static int[] Sizes(Encoder encoder) =>
            [.. encoder.named_parameters().GroupBy(parameter => EncoderPair.NetworkOf(parameter.name)).Select(network => network.Count())];
    }

    [Fact]
    public void What_is_not_alike_is_no_pair()
    {
        using var small = new ConvNet(32);
        using var large = new ConvNet(64);
        using var other = new NetworkInNetwork(32);
        Assert.Contains("not convnet of 32 pixels and convnet of 64", Refusal(small, large));
        Assert.Contains("not convnet of 32 pixels and nin of 32", Refusal(small, other));
        Refusal(small, small);
        using var pair = new EncoderPair(new ConvNet(32), new ConvNet(32));
        using var second = new EncoderPair(new ConvNet(32), new ConvNet(32));
        Refusal(pair, second);
    }

    [Theory]
    [InlineData("convnet+nin")]
    [InlineData("convnet+convnet+convnet")]
    [InlineData("convnet+convnet+convnet+convnet")]
    [InlineData("+")]
    [InlineData("none+none")]
    public void Other_names_are_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => EncoderCatalog.Create(name, 32));
        Assert.False(EncoderCatalog.Knows(name));
    }

    private static string Refusal(Encoder first, Encoder second) => Assert.Throws<ArgumentException>(() => new EncoderPair(first, second)).Message;
}
