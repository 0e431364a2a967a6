using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class StemTests
{
    public static TheoryData<string> ImageEncoders => ["convnet", "nin", "alexnet", "resnet18", "resnet50", "convnet3d"];

    [Theory]
    [InlineData(16, Stem.Small)]
    [InlineData(40, Stem.Small)]
    [InlineData(41, Stem.Medium)]
    [InlineData(160, Stem.Medium)]
    [InlineData(161, Stem.Large)]
    public void By_default_the_image_size_decides(int imageSize, Stem stem)
    {
        using var encoder = new ConvNet(imageSize);
        Assert.Equal(stem, encoder.Stem);
    }

    [Theory]
    [MemberData(nameof(ImageEncoders))]
    public void Every_stem_works_at_every_size_and_travels_in_the_file(string name)
    {
        using var folder = new TemporaryFolder();
        foreach (var stem in Enum.GetValues<Stem>())
        {
            foreach (var size in new[] { 32, 96 })
            {
                using var encoder = EncoderCatalog.Create(name, size, seed: 2, stem: stem);
                Assert.Equal(stem, encoder.Stem);
                Assert.All(encoder.MeasureStages(), side => Assert.InRange(side, 1, size));
                EncoderFile.Save(encoder, folder["encoder.safetensors"]);
                using var loaded = EncoderFile.Load(folder["encoder.safetensors"]);
                Assert.Equal((size, stem), (loaded.ImageSize, loaded.Stem));
                Assert.Equal(encoder.MeasureStages(), loaded.MeasureStages());
                Assert.Equal(WeightsFingerprint.Of(encoder), WeightsFingerprint.Of(loaded));
            }
        }
    }

    [Fact]
    public void Weights_made_at_224_pixels_load_into_an_encoder_of_96()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var source = new ResNet(18, 224, seed: 1);
        SafetensorsFile.Write(folder["resnet18.safetensors"], source.state_dict(), new Dictionary<string, string> { ["format"] = "pt" });
        using var encoder = new ResNet(18, 96, seed: 2, stem: Stem.Large);
        EncoderFile.LoadWeights(encoder, folder["resnet18.safetensors"]);
        Assert.Equal(WeightsFingerprint.Of(source), WeightsFingerprint.Of(encoder));
        Assert.Equal([24, 12, 6, 3], encoder.MeasureStages());

        // The same layers, so the same features of the same image.
        using var noGrad = no_grad();
        source.eval();
        encoder.eval();
        var images = encoder.Normalize(TestImages.Colorful(2, 96));
        Assert.True(source.forward(images).eq(encoder.forward(images)).all().item<bool>());
    }

    [Theory]
    [InlineData("resnet18", 224, 96, "create it with stem: Stem.Large.")]
    [InlineData("resnet18", 96, 224, "create it with stem: Stem.Small or stem: Stem.Medium.")]
    [InlineData("alexnet", 96, 32, "create it with stem: Stem.Medium.")]
    public void Weights_of_another_stem_are_answered_with_the_stem_to_choose(string name, int madeAt, int imageSize, string advice)
    {
        using var folder = new TemporaryFolder();
        using var source = EncoderCatalog.Create(name, madeAt);
        SafetensorsFile.Write(folder["weights"], source.state_dict(), new Dictionary<string, string> { ["format"] = "pt" });
        using var encoder = EncoderCatalog.Create(name, imageSize, seed: 2);
        Assert.EndsWith(advice, Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, folder["weights"])).Message);
    }

    [Fact]
    public void Other_weights_altogether_get_no_such_advice()
    {
        using var folder = new TemporaryFolder();
        using Encoder source = new ResNet(34, 224), encoder = new ResNet(18, 96), moving = new VideoResNet(32);
        SafetensorsFile.Write(folder["weights"], source.state_dict(), new Dictionary<string, string> { ["format"] = "pt" });
        foreach (var target in new[] { encoder, moving })
        {
            var error = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(target, folder["weights"]));
            Assert.DoesNotContain("stem:", error.Message);
        }
    }

    /// <summary>Shapes do not show a small stem from a medium one: what the file says holds, whether its architecture is asked for or not.</summary>
    [Theory]
    [InlineData("resnet18", 32)]
    [InlineData("convnet", 32)]
    [InlineData("nin", 96)]
    [InlineData("convnet3d", 32)]
    public void A_file_that_says_what_it_is_keeps_its_stem_when_its_architecture_is_asked_for(string name, int size)
    {
        using var folder = new TemporaryFolder();
        using var encoder = EncoderCatalog.Create(name, size, seed: 2);
        EncoderFile.Save(encoder, folder["encoder.safetensors"]);
        using var loaded = EncoderFile.LoadPretrained(folder["encoder.safetensors"], architecture: name);
        Assert.Equal(encoder.Stem, loaded.Stem);
        Assert.Equal(encoder.MeasureStages(), loaded.MeasureStages());
    }

    [Fact]
    public void Settings_hold_too_when_the_architecture_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new VisionTransformer("vit_tiny", 32, new() { Depth = 2, Heads = 6, Pooling = VitPooling.ClassToken });
        EncoderFile.Save(encoder, folder["encoder.safetensors"]);
        using var loaded = EncoderFile.LoadPretrained(folder["encoder.safetensors"], architecture: "vit_tiny");
        Assert.Equal(encoder.Settings, loaded.Settings);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(224)]
    public void An_encoder_with_one_stem_opens_at_any_size(int size)
    {
        using var folder = new TemporaryFolder();
        using var encoder = EncoderCatalog.Create("r3d_18", 112);
        EncoderFile.Save(encoder, folder["encoder.safetensors"]);
        using var loaded = EncoderFile.LoadPretrained(folder["encoder.safetensors"], imageSize: size);
        Assert.Equal((size, WeightsFingerprint.Of(encoder)), (loaded.ImageSize, WeightsFingerprint.Of(loaded)));
    }

    [Fact]
    public void A_stem_that_is_not_there_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConvNet(32, stem: (Stem)7));
        Assert.Contains("leave the stem out", Assert.Throws<ArgumentException>(() => EncoderCatalog.Create("r3d_18", 32, stem: Stem.Large)).Message);
    }
}
