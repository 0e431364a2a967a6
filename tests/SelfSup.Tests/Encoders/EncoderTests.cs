using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Runtime;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class EncoderTests
{
    public EncoderTests() => set_num_threads(1);

    public static TheoryData<string> Names => [.. QuickEncoders.Names];

    [Theory]
    [InlineData("convnet", 32, 16, 8, 4, 2)]
    [InlineData("convnet", 64, 16, 8, 4, 2)]
    [InlineData("convnet", 96, 24, 12, 6, 3)]
    [InlineData("convnet", 224, 28, 14, 7, 4)]
    [InlineData("split-convnet", 32, 16, 8, 4, 2)]
    [InlineData("split-convnet", 224, 28, 14, 7, 4)]
    [InlineData("nin", 32, 16, 8, 8, 8)]
    [InlineData("nin", 64, 16, 8, 8, 8)]
    [InlineData("nin", 96, 24, 12, 12, 12)]
    [InlineData("nin", 224, 28, 14, 14, 14)]
    [InlineData("alexnet", 32, 32, 16, 8, 8, 4)]
    [InlineData("alexnet", 64, 32, 16, 8, 8, 4)]
    [InlineData("alexnet", 96, 48, 24, 12, 12, 6)]
    [InlineData("alexnet", 224, 55, 27, 13, 13, 6)]
    [InlineData("resnet18", 32, 32, 16, 8, 4)]
    [InlineData("resnet18", 64, 16, 8, 4, 2)]
    [InlineData("resnet18", 96, 24, 12, 6, 3)]
    [InlineData("resnet18", 224, 56, 28, 14, 7)]
    [InlineData("resnet34", 32, 32, 16, 8, 4)]
    [InlineData("resnet34", 96, 24, 12, 6, 3)]
    [InlineData("resnet50", 32, 32, 16, 8, 4)]
    [InlineData("resnet50", 64, 16, 8, 4, 2)]
    [InlineData("resnet50", 224, 56, 28, 14, 7)]
    [InlineData("vit_tiny", 32, 8, 8, 8, 8)]
    [InlineData("vit_tiny", 96, 12, 12, 12, 12)]
    [InlineData("vit_tiny", 224, 14, 14, 14, 14)]
    [InlineData("vit_small", 32, 8, 8, 8, 8)]
    [InlineData("convnet3d", 32, 16, 8, 4, 2)]
    [InlineData("convnet3d", 64, 16, 8, 4, 2)]
    [InlineData("convnet3d", 224, 28, 14, 7, 4)]
    [InlineData("r3d_18", 32, 16, 8, 4, 2)]
    [InlineData("r3d_18", 112, 56, 28, 14, 7)]
    public void StagesHaveTheDocumentedSides(string name, int imageSize, params int[] sides)
    {
        using var encoder = EncoderCatalog.Create(name, imageSize);
        Assert.Equal(sides, encoder.MeasureStages());
        Assert.True(encoder.training);
    }

    [Fact]
    public void MeasuringKeepsEveryModulesMode()
    {
        using var encoder = new ResNet(18, 32);
        foreach (var norm in encoder.modules().OfType<TorchSharp.Modules.BatchNorm>())
            norm.eval();
        var modes = encoder.modules().Select(module => module.training).ToArray();
        encoder.MeasureStages();
        Assert.Equal(modes, encoder.modules().Select(module => module.training));
        Assert.Contains(true, modes);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheSmallestImagesWork(string name)
    {
        using var encoder = EncoderCatalog.Create(name, 16);
        Assert.All(encoder.MeasureStages(), side => Assert.InRange(side, 1, 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => EncoderCatalog.Create(name, 15));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void MapsMatchStagesAndFeaturesAreTheLastMapsAverage(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = EncoderCatalog.Create(name, 32);
        encoder.eval();
        var images = Images(encoder, 2);
        var maps = encoder.ForwardStages(images);
        Assert.Equal(encoder.Stages.Select(stage => (long)stage.Channels), maps.Select(map => map.shape[1]));
        Assert.All(maps, map => Assert.Equal(2, map.shape[0]));
        // Every map of a ConvNet is one that ReLU has passed through, and none has died.
        Assert.All(maps, map => Assert.True(map.max().item<float>() > 0 && (encoder is IMaskedEncoder || map.min().item<float>() >= 0)));
        var features = encoder.forward(images);
        Assert.Equal([2L, encoder.FeatureCount], features.shape);
        Assert.True(SameBits(features, maps[^1].mean(encoder.TakesClips ? [2, 3, 4] : [2, 3])));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheSeedAloneDecidesTheWeights(string name)
    {
        manual_seed(1);
        using var first = EncoderCatalog.Create(name, 16, seed: 5);
        manual_seed(2);
        using var same = EncoderCatalog.Create(name, 16, seed: 5);
        using var other = EncoderCatalog.Create(name, 16, seed: 6);
        var (a, b, c) = (first.state_dict(), same.state_dict(), other.state_dict());
        Assert.All(a, pair => Assert.True(SameBits(pair.Value, b[pair.Key]), pair.Key));
        Assert.All(a.Where(pair => pair.Value.Dimensions is 4 or 5), pair => Assert.False(SameBits(pair.Value, c[pair.Key]), pair.Key));
    }

    [Fact]
    public void ConvolutionsStartWithHeVarianceAndZeroBias()
    {
        using var encoder = new AlexNet(224);
        var state = encoder.state_dict();
        Assert.Equal(Math.Sqrt(2d / (384 * 9)), state["features.6.weight"].std().item<float>(), 4);
        Assert.All(state.Where(pair => pair.Key.EndsWith("bias")), pair => Assert.Equal(0, pair.Value.abs().max().item<float>()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryParameterGetsAGradient(string name)
    {
        using var scope = NewDisposeScope();
        using var encoder = EncoderCatalog.Create(name, 32);
        encoder.forward(Images(encoder, 4)).pow(2).sum().backward();
        Assert.All(encoder.named_parameters(), named =>
        {
            Assert.NotNull(named.parameter.grad);
            Assert.True(named.parameter.grad!.isfinite().all().item<bool>(), named.name);
            Assert.True(named.parameter.grad!.abs().max().item<float>() > 0, named.name);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ForwardLeavesNoTensorBehind(string name)
    {
        using var noGrad = no_grad();
        using var encoder = EncoderCatalog.Create(name, 16);
        using var images = Images(encoder, 2);
        Forward();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = LiveTensors.Count();
        for (var i = 0; i < 25; i++)
            Forward();
        Assert.Equal(before, Tensor.TotalCount);

        void Forward()
        {
            encoder.forward(images).Dispose();
            foreach (var map in encoder.ForwardStages(images))
                map.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EvaluationIsDeterministicAndKeepsChannelsLast(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = EncoderCatalog.Create(name, 32);
        encoder.eval();
        var images = Images(encoder, 2);
        var expected = encoder.ForwardStages(images);
        var again = encoder.ForwardStages(images);
        var interleaved = encoder.ForwardStages(ChannelsLast.Of(images));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(SameBits(expected[i], again[i]));
            // Relative to the map: without learned statistics, values double with every residual block.
            Assert.InRange(expected[i].sub(interleaved[i]).abs().max().div(expected[i].max()).item<float>(), 0, 1e-4f);
            Assert.Equal(1, interleaved[i].stride(1));
        }
    }

    [Theory]
    [InlineData("convnet3d", 1)]
    [InlineData("convnet3d", 9)]
    [InlineData("r3d_18", 1)]
    [InlineData("r3d_18", 9)]
    public void ClipsMayHaveAnyNumberOfFrames(string name, int frames)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = EncoderCatalog.Create(name, 16);
        encoder.eval();
        using var clips = TestImages.Moving(2, frames, 16);
        var features = encoder.forward(encoder.Normalize(clips));
        Assert.Equal([2, encoder.FeatureCount], features.shape);
        Assert.True(features.isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData("convnet3d")]
    [InlineData("r3d_18")]
    public void GradientsOfClipsAreTheSameUnderAutocastOnCpus(string name)
    {
        if (!Autocast.IsSupported)
            return;
        using var scope = NewDisposeScope();
        using var encoder = EncoderCatalog.Create(name, 16);
        var clips = encoder.Normalize(TestImages.Moving(4, 4, 16));
        var sums = new List<float>();
        foreach (var round in Enumerable.Range(0, 4))
        {
            encoder.zero_grad();
            Tensor features;
            using (round == 0 ? null : Autocast.ToBFloat16(CPU))
                features = encoder.forward(clips);
            features.pow(2).sum().backward();
            sums.Add(encoder.parameters().Sum(parameter => parameter.grad!.abs().sum().item<float>()));
        }
        Assert.All(sums, sum => Assert.Equal(sums[0], sum));
    }

    [Fact]
    public void ImagesAndClipsAreToldApart()
    {
        using var scope = NewDisposeScope();
        using var images = TestImages.Colorful(2, 16);
        using var clips = TestImages.Moving(2, 4, 16);
        using Encoder still = new ConvNet(16), moving = new VideoConvNet(16);
        Assert.Contains("'convnet' takes images", Assert.Throws<ArgumentException>(() => still.Normalize(clips)).Message);
        Assert.Contains("'convnet3d' takes clips", Assert.Throws<ArgumentException>(() => moving.Normalize(images)).Message);
        Assert.Contains("(2, 3, 16, 16)", Assert.Throws<ArgumentException>(() => moving.forward(still.Normalize(images))).Message);
    }

    [Theory]
    [InlineData("2, 16, 16, 3")]
    [InlineData("2, 1, 16, 16")]
    [InlineData("3, 16, 16")]
    public void OnlyColorImagesAreNormalized(string shape)
    {
        using var images = zeros([.. shape.Split(", ").Select(long.Parse)], ScalarType.Byte);
        Assert.Contains($"not ({shape})", Assert.Throws<ArgumentException>(() => Normalization.ImageNet.Apply(images)).Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AnEncoderOutlivesTheScopeThatItWasMadeIn(string name)
    {
        Encoder? encoder = null, copy = null;
        using (NewDisposeScope())
        {
            encoder = EncoderCatalog.Create(name, 16);
            copy = encoder.Copy();
        }
        using (encoder)
        using (copy)
        {
            using var scope = NewDisposeScope();
            Assert.Equal(WeightsFingerprint.Of(encoder), WeightsFingerprint.Of(copy));
            Assert.Equal(encoder.FeatureCount, copy.forward(Images(copy, 2)).shape[1]);
        }
    }

    [Fact]
    public void ClipsAreNormalizedFrameByFrame()
    {
        using var scope = NewDisposeScope();
        var clips = TestImages.Moving(2, 4, 16);
        var normalized = Normalization.Cifar10.Apply(clips);
        Assert.Equal([2, 3, 4, 16, 16], normalized.shape);
        for (var t = 0; t < 4; t++)
            Assert.True(SameBits(normalized.select(2, t), Normalization.Cifar10.Apply(clips.select(1, t))));
    }

    [Fact]
    public void AnUnknownNameIsAnsweredWithTheKnownOnes()
    {
        var error = Assert.Throws<ArgumentException>(() => EncoderCatalog.Create("vgg", 32));
        Assert.All(EncoderCatalog.Names, name => Assert.Contains(name, error.Message));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ResNet(19, 32));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheCatalogNamesWhatItMakes(string name)
    {
        using var encoder = EncoderCatalog.Create(name, 48, 0, Normalization.Cifar10);
        Assert.Equal((name, 48, Stem.Medium), (encoder.Architecture, encoder.ImageSize, encoder.Stem));
        Assert.Same(Normalization.Cifar10, encoder.Normalization);
    }

    private static bool SameBits(Tensor a, Tensor b)
    {
        using var same = a.eq(b).all();
        return same.item<bool>();
    }

    /// <summary>Normalized images, or clips of five frames, of the encoder's size.</summary>
    private static Tensor Images(Encoder encoder, int count)
    {
        using var random = new RandomSource(7);
        long[] frames = encoder.TakesClips ? [5] : [];
        return random.Normal([count, 3, .. frames, encoder.ImageSize, encoder.ImageSize]);
    }
}
