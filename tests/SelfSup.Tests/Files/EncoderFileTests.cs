using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Tests.Encoders;
using SelfSup.Transfer;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

public sealed class EncoderFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public EncoderFileTests()
    {
        // Other tests' garbage must not be freed while tensors are counted here.
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    public static TheoryData<string> Names => [.. QuickEncoders.Names];

    private string FilePath => Path.Combine(folder, "new", "encoder.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void ALoadedEncoderComputesTheSameBits(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var normalization = new Normalization([0.1f, 0.2f, 1f / 3], [0.4f, 0.5f, 0.123456789f]);
        using var encoder = EncoderCatalog.Create(name, 48, seed: 4, normalization);
        using var random = new RandomSource(1);
        long[] frames = encoder.TakesClips ? [4] : [];
        var images = random.Normal([2, 3, .. frames, 48, 48]);
        encoder.forward(images); // moves the statistics of batch normalization
        encoder.eval();
        EncoderFile.Save(encoder, FilePath, "rotation");

        using var loaded = EncoderFile.Load(FilePath);
        loaded.eval();
        Assert.Equal((name, 48), (loaded.Architecture, loaded.ImageSize));
        Assert.Equal(normalization.Mean, loaded.Normalization.Mean);
        Assert.Equal(normalization.Deviation, loaded.Normalization.Deviation);
        Assert.True(loaded.forward(images).eq(encoder.forward(images)).all().item<bool>());
        var state = loaded.state_dict();
        Assert.All(encoder.state_dict(), pair => Assert.True(pair.Value.eq(state[pair.Key]).all().item<bool>(), pair.Key));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AnEncoderInBFloat16IsSavedAndComesBackInFloat32(string name)
    {
        using var noGrad = no_grad();
        using var encoder = EncoderCatalog.Create(name, 32, seed: 4);
        encoder.to(ScalarType.BFloat16);
        EncoderFile.Save(encoder, FilePath);
        using var loaded = EncoderFile.Load(FilePath);
        var state = encoder.state_dict();
        Assert.All(loaded.state_dict(), pair =>
        {
            Assert.NotEqual(ScalarType.BFloat16, pair.Value.dtype);
            using var expected = state[pair.Key].to(pair.Value.dtype);
            Assert.True(pair.Value.allclose(expected, 0, 0), pair.Key);
        });
    }

    [Fact]
    public void TheMetadataSayHowToBuildTheEncoder()
    {
        using var encoder = new ConvNet(32, normalization: Normalization.Cifar10);
        EncoderFile.Save(encoder, FilePath, "rotation");
        var metadata = SafetensorsFile.ReadMetadata(FilePath);
        Assert.Equal("pt", metadata["format"]);
        Assert.Equal("convnet", metadata["architecture"]);
        Assert.Equal("small", metadata["stem"]);
        Assert.Equal("32", metadata["image_size"]);
        Assert.Equal("[0.4914,0.4822,0.4465]", metadata["mean"]);
        Assert.Equal("[0.247,0.243,0.261]", metadata["std"]);
        Assert.Equal("rotation", metadata["task"]);
        Assert.StartsWith("0.", metadata["selfsup_version"]);
    }

    [Theory]
    [InlineData("architecture", "vgg", "vgg")]
    [InlineData("architecture", null, "architecture")]
    [InlineData("architecture", "nin", "conv1.0.conv.weight is missing")]
    [InlineData("image_size", "-32", "image_size")]
    [InlineData("image_size", "8", "image_size")]
    [InlineData("stem", "huge", "none of: small, medium, large")]
    [InlineData("stem", "large", "stage1.conv.weight is [32, 3, 3, 3] instead of [32, 3, 7, 7]")]
    [InlineData("mean", "[1,2]", "mean")]
    [InlineData("mean", "oops", "mean")]
    [InlineData("std", "[1,0,1]", "std")]
    [InlineData("std", "null", "std")]
    public void WrongMetadataAreRefused(string key, string? value, string problem)
    {
        Rewrite(metadata =>
        {
            metadata.Remove(key);
            if (value is not null)
                metadata[key] = value;
        }, _ => { });
        Refused(problem);
    }

    [Fact]
    public void MissingExtraAndMisshapenWeightsAreNamedAndNothingIsCopied()
    {
        using var wrong = zeros(3, 3);
        using var text = zeros(32, dtype: ScalarType.Int64);
        Rewrite(_ => { }, tensors => tensors.Remove("stage1.bn.weight"));
        Refused("stage1.bn.weight is missing");
        Rewrite(_ => { }, tensors => tensors.Add("stage9.extra", wrong));
        Refused("stage9.extra is unknown");
        Rewrite(_ => { }, tensors => tensors["stage1.bn.bias"] = text);
        Refused("stage1.bn.bias is Int64");
        Rewrite(_ => { }, tensors => tensors["stage4.bn.weight"] = wrong);
        Refused("stage4.bn.weight is [3, 3] instead of [256]");

        using var encoder = new ConvNet(32, seed: 8);
        using var untouched = new ConvNet(32, seed: 8);
        Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, FilePath));
        var state = untouched.state_dict();
        Assert.All(encoder.state_dict(), pair => Assert.True(pair.Value.allclose(state[pair.Key], 0, 0)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FilesOfTimmAndTorchvisionLoadWithoutTheirClassifier(bool withCounters)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var source = new ResNet(18, 224, seed: 1);
        using var random = new RandomSource(1);
        var images = random.Normal(2, 3, 64, 64);
        source.forward(images); // moves the statistics and the counters of batch normalization
        source.eval();
        var tensors = source.state_dict().Where(pair => withCounters || !pair.Key.EndsWith("num_batches_tracked")).ToDictionary();
        (tensors["fc.weight"], tensors["fc.bias"]) = (zeros(1000, source.FeatureCount), zeros(1000));
        SafetensorsFile.Write(FilePath, tensors, new Dictionary<string, string> { ["format"] = "pt" });

        using var encoder = new ResNet(18, 224, seed: 2);
        EncoderFile.LoadWeights(encoder, FilePath);
        var state = encoder.state_dict();
        Assert.Equal(withCounters ? 1 : 0, state["bn1.num_batches_tracked"].item<long>());
        foreach (var (key, value) in tensors.Where(pair => !pair.Key.StartsWith("fc.")))
            Assert.True(value.eq(state[key]).all().item<bool>(), key);
        encoder.eval();
        Assert.True(encoder.forward(images).eq(source.forward(images)).all().item<bool>());
    }

    [Fact]
    public void FilesOfOtherLibrariesDoNotFitAnotherStem()
    {
        using var source = new ResNet(18, 224, seed: 1);
        SafetensorsFile.Write(FilePath, source.state_dict(), new Dictionary<string, string> { ["format"] = "pt" });
        Refused("architecture");
        using var small = new ResNet(18, 32);
        var error = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(small, FilePath));
        Assert.Contains("conv1.weight is [64, 3, 7, 7] instead of [64, 3, 3, 3]", error.Message);
    }

    [Fact]
    public void FilesOfAnotherKindAreToldWhoReadsThem()
    {
        using var encoder = new ConvNet(32);
        var weights = Path.Combine(folder, "resnet18.pth");
        File.WriteAllBytes(weights, TorchFixture.StateDict(encoder.state_dict()));
        foreach (var hint in new[] { weights, "PyTorch", "Create the encoder", "EncoderFile.LoadWeights" })
            Assert.Contains(hint, Assert.Throws<InvalidDataException>(() => EncoderFile.Load(weights)).Message);
        Assert.Contains(nameof(TorchFile), Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(weights)).Message);
        Assert.Contains(nameof(TorchFile), Assert.Throws<InvalidDataException>(() => ImageClassifier.Load(weights)).Message);

        EncoderFile.Save(encoder, FilePath);
        Assert.Contains(nameof(SafetensorsFile), Assert.Throws<InvalidDataException>(() => TorchFile.Read(FilePath)).Message);
        Assert.Contains("EncoderFile.Load", Assert.Throws<InvalidDataException>(() => ImageClassifier.Load(FilePath)).Message);

        using var classifier = LinearProbe.Fit(encoder, new ProceduralImages(40), new() { Strengths = [0.1] });
        classifier.Save(FilePath);
        Refused("ImageClassifier.Load");
    }

    [Fact]
    public void StateIsCopiedOnlyWhenEveryNameFits()
    {
        using var source = new ConvNet(32, seed: 1);
        using var target = new ConvNet(32, seed: 2);
        using var foreign = ones(2);
        var tensors = ModuleState.Collect(source, "encoder.").ToDictionary();
        Assert.Contains("encoder.stage1.conv.weight", tensors.Keys);
        var state = ModuleState.Collect(target, "encoder.");
        Assert.Throws<InvalidDataException>(() => ModuleState.Copy(new Dictionary<string, Tensor>(tensors) { ["head.weight"] = foreign }, state));
        Assert.False(state["encoder.stage1.conv.weight"].allclose(tensors["encoder.stage1.conv.weight"], 0, 0));
        ModuleState.Copy(tensors, state);
        Assert.All(tensors, pair => Assert.True(pair.Value.allclose(state[pair.Key], 0, 0)));
    }

    [Fact]
    public void SavingAndLoadingLeaveNoTensorBehind()
    {
        using var encoder = new ConvNet(32);
        var before = LiveTensors.Count();
        EncoderFile.Save(encoder, FilePath);
        EncoderFile.LoadWeights(encoder, FilePath);
        Assert.Equal(before, Tensor.TotalCount);
    }

    private void Rewrite(Action<Dictionary<string, string>> metadata, Action<Dictionary<string, Tensor>> tensors)
    {
        using var encoder = new ConvNet(32);
        EncoderFile.Save(encoder, FilePath);
        using var file = SafetensorsFile.Read(FilePath);
        var (texts, weights) = (file.Metadata.ToDictionary(), file.Tensors.ToDictionary());
        metadata(texts);
        tensors(weights);
        SafetensorsFile.Write(FilePath, weights, texts);
    }

    private void Refused(string problem)
    {
        var error = Assert.Throws<InvalidDataException>(() => EncoderFile.Load(FilePath).Dispose());
        Assert.Contains(FilePath, error.Message);
        Assert.Contains(problem, error.Message);
    }
}
