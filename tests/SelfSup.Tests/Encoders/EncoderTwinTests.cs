using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class EncoderTwinTests
{
    public static TheoryData<string> Names => [.. QuickEncoders.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_untrained_twin_is_what_the_catalog_makes_of_the_same_seed(string name)
    {
        Stem? stem = name == "r3d_18" ? null : Stem.Medium;
        using var encoder = EncoderCatalog.Create(name, 32, seed: 1, Normalization.Cifar10, stem);
        using var twin = encoder.CreateUntrained(seed: 5);
        using var expected = EncoderCatalog.Create(name, 32, seed: 5, Normalization.Cifar10, stem);
        Assert.Equal((name, 32, encoder.Stem), (twin.Architecture, twin.ImageSize, twin.Stem));
        Assert.Equal(Normalization.Cifar10.Mean, twin.Normalization.Mean);
        Assert.Equal(encoder.GetType(), twin.GetType());
        Assert.Equal(WeightsFingerprint.Of(expected), WeightsFingerprint.Of(twin));
        Assert.NotEqual(WeightsFingerprint.Of(encoder), WeightsFingerprint.Of(twin));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_copy_has_the_same_bits_and_is_another_encoder(string name)
    {
        using var noGrad = no_grad();
        using var encoder = EncoderCatalog.Create(name, 16, seed: 1, Normalization.Cifar10);
        using var images = encoder.Normalize(encoder.TakesClips ? TestImages.Moving(4, 3, 16) : TestImages.Colorful(4, 16));
        encoder.forward(images).Dispose(); // moves the statistics of batch normalization
        var before = WeightsFingerprint.Of(encoder);
        using var copy = encoder.Copy();
        Assert.Equal(before, WeightsFingerprint.Of(copy));
        Assert.Equal(Normalization.Cifar10.Deviation, copy.Normalization.Deviation);
        Assert.True(copy.training);

        copy.forward(images).Dispose();
        copy.parameters().First().add_(1);
        Assert.NotEqual(before, WeightsFingerprint.Of(copy));
        Assert.Equal(before, WeightsFingerprint.Of(encoder));
    }

    [Fact]
    public void A_copy_keeps_type_and_every_modules_mode()
    {
        using var encoder = new ResNet(18, 32, stem: Stem.Large);
        encoder.to(ScalarType.BFloat16);
        var norms = encoder.modules().OfType<BatchNorm>().ToList();
        norms[3].eval();
        using var copy = encoder.Copy();
        Assert.All(copy.parameters(), parameter => Assert.Equal(ScalarType.BFloat16, parameter.dtype));
        Assert.Equal(WeightsFingerprint.Of(encoder), WeightsFingerprint.Of(copy));
        Assert.Equal(Stem.Large, copy.Stem);
        Assert.True(copy.training);
        Assert.Equal(
            encoder.named_modules().Select(pair => (pair.name, pair.module.training)),
            copy.named_modules().Select(pair => (pair.name, pair.module.training)));
        Assert.Single(copy.modules().OfType<BatchNorm>(), norm => !norm.training);

        encoder.eval();
        using var still = encoder.Copy();
        Assert.All(still.modules(), module => Assert.False(module.training));
    }

    [Fact]
    public void An_encoder_in_no_catalog_is_copied_and_probed()
    {
        using var encoder = new OwnEncoder("own-probed", 16, seed: 3);
        using var copy = encoder.Copy();
        Assert.Equal(WeightsFingerprint.Of(encoder), WeightsFingerprint.Of(copy));
        var (train, test) = (new Transfer.TestImages(30, 3, seed: 1), new Transfer.TestImages(15, 3, seed: 2));
        var report = LinearProbe.Evaluate(encoder, train, test, new() { Strengths = [0.1], Stage = "stage2" });
        Assert.Contains(report.Rows, row => row.Features == ProbeRow.RandomWeights);
        report.CreateClassifier(encoder).Dispose();
    }

    [Fact]
    public void A_twin_of_another_make_is_refused_with_the_rule()
    {
        using var encoder = new OwnEncoder("own-wrong", 16) { NormalizationOfTwins = Normalization.Cifar10 };
        var error = Assert.Throws<InvalidOperationException>(encoder.Copy);
        Assert.Contains("OwnEncoder.CreateUntrained", error.Message);
        Assert.Contains("normalization and settings must be this encoder's", error.Message);
        Assert.Throws<InvalidOperationException>(() =>
            LinearProbe.Evaluate(encoder, new Transfer.TestImages(30, 3), new Transfer.TestImages(15, 3), new() { Strengths = [0.1] }));
    }
}
