using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class EncoderCatalogTests
{
    private const string Registered = "own-registered";

    // Once a process, and there is no way back: all tests here share the one name.
    static EncoderCatalogTests() =>
        EncoderCatalog.Register(
            Registered, (size, seed, normalization, stem) => new OwnEncoder(Registered, size, seed, normalization, stem));

    [Fact]
    public void A_registered_encoder_loads_by_its_name()
    {
        using var folder = new TemporaryFolder();
        using var encoder = new OwnEncoder(Registered, 32, seed: 4, Normalization.Cifar10, Stem.Large);
        EncoderFile.Save(encoder, folder["own.safetensors"]);
        using var loaded = EncoderFile.Load(folder["own.safetensors"]);
        Assert.IsType<OwnEncoder>(loaded);
        Assert.Equal((32, Stem.Large), (loaded.ImageSize, loaded.Stem));
        Assert.Equal(Normalization.Cifar10.Mean, loaded.Normalization.Mean);
        Assert.Equal(WeightsFingerprint.Of(encoder), WeightsFingerprint.Of(loaded));
        Assert.Contains(Registered, EncoderCatalog.Names.Skip(11)); // after ours
        using var created = EncoderCatalog.Create(Registered, 16);
        Assert.Equal(Registered, created.Architecture);
    }

    [Fact]
    public void Known_and_empty_names_are_refused()
    {
        EncoderFactory factory = (size, _, _, _) => new ConvNet(size);
        var known = Assert.Throws<ArgumentException>(() => EncoderCatalog.Register("resnet18", factory));
        Assert.Contains("'resnet18' is known already", known.Message);
        Assert.Throws<ArgumentException>(() => EncoderCatalog.Register(Registered, factory));
        Assert.Throws<ArgumentException>(() => EncoderCatalog.Register(" ", factory));
        Assert.DoesNotContain(" ", EncoderCatalog.Names);
    }

    [Fact]
    public void Of_many_threads_one_registers_a_name()
    {
        const string name = "own-contested";
        var winners = 0;
        Parallel.For(0, 16, i =>
        {
            try
            {
                EncoderCatalog.Register(name, (size, seed, normalization, stem) => new OwnEncoder(name, size, seed, normalization, stem));
                Interlocked.Increment(ref winners);
            }
            catch (ArgumentException)
            {
            }
        });
        Assert.Equal(1, winners);
        Assert.Contains(name, EncoderCatalog.Names);
    }

    [Fact]
    public void An_encoder_in_no_catalog_loads_through_a_factory_and_else_says_how_to_register_it()
    {
        using var folder = new TemporaryFolder();
        string encoderFile = folder["own.safetensors"], classifierFile = folder["classifier.safetensors"];
        using var encoder = new OwnEncoder("own-unknown", 16, seed: 4);
        EncoderFile.Save(encoder, encoderFile);
        using (var fitted = LinearProbe.Fit(encoder, new Transfer.TestImages(30, 3), new() { Strengths = [0.1] }))
            fitted.Save(classifierFile);

        Assert.Contains("EncoderCatalog.Register", Assert.Throws<InvalidDataException>(() => EncoderFile.Load(encoderFile)).Message);
        Assert.Contains("EncoderCatalog.Register", Assert.Throws<InvalidDataException>(() => ImageClassifier.Load(classifierFile)).Message);
        Assert.Contains("EncoderCatalog.Register", Assert.Throws<ArgumentException>(() => EncoderCatalog.Create("own-unknown", 16)).Message);

        using var loaded = EncoderFile.Load(encoderFile, Factory);
        Assert.Equal(WeightsFingerprint.Of(encoder), WeightsFingerprint.Of(loaded));
        using var classifier = ImageClassifier.Load(classifierFile, Factory);
        Assert.Equal(16, classifier.ImageSize);

        var error = Assert.Throws<InvalidDataException>(() => EncoderFile.Load(encoderFile, (size, _, _, _) => new ConvNet(size)));
        Assert.Contains("its architecture is own-unknown, the encoder's is convnet", error.Message);

        static Encoder Factory(int size, int seed, Normalization? normalization, Stem? stem) =>
            new OwnEncoder("own-unknown", size, seed, normalization, stem);
    }
}
