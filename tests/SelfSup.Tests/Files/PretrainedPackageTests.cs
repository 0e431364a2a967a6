using Microsoft.ML.OnnxRuntime;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Runtime;
using SelfSup.Tests.Onnx;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

/// <summary>The ResNet-18 of ML.NET's package, which CNTK wrote without names, is found by what it computes.</summary>
public class PretrainedPackageTests
{
    private const int Size = 224;

    [PackageFact]
    public void DrawnImagesHaveOnnxRuntimesFeatures() => CompareWithOnnxRuntime(new ProceduralImages(6), 6);

    [PhotoFact]
    public void PhotosHaveOnnxRuntimesFeatures()
    {
        var photos = ImageFolder.Open(PretrainedPackage.Photos!);
        var step = photos.Count / 50;
        CompareWithOnnxRuntime(new ImageSubset(photos, [.. Enumerable.Range(0, 50).Select(i => i * step)]), 50);
    }

    [PackageFact]
    public void TheWholeModelIsAResNetOfItsBlocks()
    {
        using var encoder = EncoderFile.LoadPretrained(PretrainedPackage.Folder!, out var loaded);
        Assert.Equal("resnet18", encoder.Architecture);
        Assert.Equal("2 2 2 3", encoder.Settings["blocks"]);
        Assert.Equal((Size, Stem.Large), (encoder.ImageSize, encoder.Stem));
        Assert.Empty(loaded.Skipped);
        Assert.Equal(22 * 5, loaded.TensorCount);
        // The mean image's channels, which ML.NET subtracts of pixels in 0..255.
        float[] mean = [0.48295f, 0.45452f, 0.40417f];
        Assert.All(mean.Zip(encoder.Normalization.Mean), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.All(encoder.Normalization.Deviation, deviation => Assert.Equal(1f / 255, deviation, 1e-8f));
        Assert.Contains("ResNetPreprocess.onnx", loaded.ToString());
    }

    [PackageFact]
    public void AsResNet18ItGoesWithoutItsLastBlock()
    {
        using var whole = EncoderFile.LoadPretrained(PretrainedPackage.Model);
        using var shorter = EncoderFile.LoadPretrained(PretrainedPackage.Model, out var loaded, imageSize: 112, architecture: "resnet18");
        Assert.Empty(shorter.Settings);
        Assert.Equal((112, Stem.Large), (shorter.ImageSize, shorter.Stem));
        Assert.Equal(10, loaded.Skipped.Sum(skipped => skipped.TensorCount));
        Assert.Contains("Convolution387", loaded.ToString());
        var state = whole.state_dict();
        Assert.All(shorter.state_dict(), pair => Assert.True(pair.Value.allclose(state[pair.Key], 0, 0), pair.Key));
    }

    [PackageFact]
    public void WithoutWhatStandsBesideItCntksOrderOfColorsIsKnown()
    {
        using var folder = new TemporaryFolder();
        File.Copy(PretrainedPackage.Model, folder["weights.bin"]);
        using var known = EncoderFile.LoadPretrained(PretrainedPackage.Model);
        using var alone = EncoderFile.LoadPretrained(folder["weights.bin"]);
        Assert.True(known.state_dict()["conv1.weight"].allclose(alone.state_dict()["conv1.weight"], 0, 0));
        Assert.Equal(Normalization.ImageNet.Mean, alone.Normalization.Mean);
        Assert.Equal(known.Normalization.Deviation, alone.Normalization.Deviation);
    }

    [PackageFact]
    public void AnEncoderWithAnotherNormalizationIsToldSo()
    {
        using var encoder = new ResNet(18, Size);
        var error = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, PretrainedPackage.Model));
        Assert.Contains("LoadPretrained", error.Message);
        Assert.Contains("normaliz", error.Message);
    }

    private static void CompareWithOnnxRuntime(IImageSource images, int count)
    {
        using var encoder = EncoderFile.LoadPretrained(PretrainedPackage.Model);
        encoder.eval();
        using var session = new InferenceSession(PretrainedPackage.Model);
        using var noGrad = no_grad();
        var loader = new ImageLoader(images, new() { ImageSize = Size, BatchSize = 1 });
        var compared = 0;
        foreach (var batch in loader.ReadInOrder(Enumerable.Range(0, images.Count).ToArray()))
        {
            using var scope = NewDisposeScope();
            using (batch)
            {
                var inputs = encoder.Normalize(batch.ToTensor(CPU));
                OnnxRun.AssertClose(Run(session, inputs.flip(1)), encoder.forward(inputs));
            }
            compared++;
        }
        Assert.Equal(count, compared);
    }

    // The model takes blue, green and red.
    private static Tensor Run(InferenceSession session, Tensor inputs)
    {
        using var values = OrtValue.CreateTensorValueFromMemory(inputs.contiguous().data<float>().ToArray(), inputs.shape);
        using var options = new RunOptions();
        using var results = session.Run(options, session.InputNames, [values], session.OutputNames);
        return tensor(results[0].GetTensorDataAsSpan<float>().ToArray(), [1, 512]);
    }
}
