using System.Globalization;
using SelfSup.Encoders;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

/// <summary>Files both ways between our encoders and torchvision's models: every name is known, and the features are the same.</summary>
public sealed class TorchvisionParityTests : IDisposable
{
    // The classifier left out, and of AlexNet's last map the mean as our features are.
    private const string Models = """
        import json, sys, numpy, torch, torchvision
        folder, *names = sys.argv[1:]
        def read(path):
            with open(path, "rb") as file:
                header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
                data = file.read()
            header.pop("__metadata__", None)
            types = {"F32": numpy.float32, "I64": numpy.int64}
            return {name: torch.from_numpy(numpy.frombuffer(data[entry["data_offsets"][0]:entry["data_offsets"][1]], types[entry["dtype"]])
                    .reshape(entry["shape"]).copy()) for name, entry in header.items()}
        def without_classifier(model):
            if isinstance(model, torchvision.models.AlexNet):
                model.avgpool, model.classifier = torch.nn.AdaptiveAvgPool2d(1), torch.nn.Identity()
            else:
                model.fc = torch.nn.Identity()
            return model.eval()
        images = read(f"{folder}/images.safetensors")["images"]
        torch.set_grad_enabled(False)
        """;

    private const string ReadOurs = Models + """

        for name in names:
            video = name == "r3d_18"
            model = without_classifier(getattr(torchvision.models.video if video else torchvision.models, name)())
            model.load_state_dict(read(f"{folder}/{name}.safetensors"), strict=True)
            features = model(images.unsqueeze(2) * torch.arange(1.0, 7).view(1, 1, 6, 1, 1) if video else images)
            ours = read(f"{folder}/{name}-features.safetensors")["features"]
            assert ours.shape == features.shape
            print(((features - ours).abs().max() / features.abs().max()).item())
        """;

    private const string WriteTheirs = Models + """

        torch.manual_seed(1)
        for name in names:
            model = getattr(torchvision.models, name)()
            if name == "alexnet":  # 200 MB of classifier under the same names, had it its true width
                model.classifier[1], model.classifier[4] = torch.nn.Linear(9216, 8), torch.nn.Linear(8, 8)
                model.classifier[6] = torch.nn.Linear(8, 1000)
            for layer in model.modules():
                if isinstance(layer, torch.nn.BatchNorm2d):
                    layer.weight.uniform_(0.5, 1.5)
                    layer.bias.uniform_(-0.5, 0.5)
            if name != "alexnet":
                model.train()(torch.randn(4, 3, 64, 64))  # moves the statistics of batch normalization
                assert model.bn1.running_mean.abs().min() > 0 and model.bn1.num_batches_tracked == 1
            torch.save(model.state_dict(), f"{folder}/{name}.pth")
            torch.save({"features": without_classifier(model)(images)}, f"{folder}/{name}-features.pth")
        """;

    private static readonly string[] names = ["resnet18", "resnet34", "resnet50", "alexnet"];
    private readonly TemporaryFolder folder = new();
    private readonly Tensor images; // smaller than the 224 pixels that the encoders are made for, to be quick

    public TorchvisionParityTests()
    {
        using var random = new RandomSource(1);
        images = random.Normal(2, 3, 96, 96);
        SafetensorsFile.Write(
            folder["images.safetensors"], new Dictionary<string, Tensor> { ["images"] = images }, new Dictionary<string, string>());
    }

    public void Dispose()
    {
        images.Dispose();
        folder.Dispose();
    }

    [PythonFact("torch", "torchvision", "numpy")]
    public void TorchvisionComputesOurFeaturesFromOurFiles()
    {
        string[] withVideo = [.. names, "r3d_18"];
        foreach (var name in withVideo)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            using var encoder = EncoderCatalog.Create(name, 224, seed: 5);
            var inputs = encoder.TakesClips ? images.unsqueeze(2) * arange(1, 7).view(1, 1, 6, 1, 1) : images;
            encoder.train();
            encoder.forward(inputs); // moves the statistics of batch normalization
            encoder.eval();
            EncoderFile.Save(encoder, folder[$"{name}.safetensors"]);
            SafetensorsFile.Write(
                folder[$"{name}-features.safetensors"],
                new Dictionary<string, Tensor> { ["features"] = encoder.forward(inputs) },
                new Dictionary<string, string>());
        }
        var lines = PythonFactAttribute.Run(ReadOurs, [folder.Path, .. withVideo]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(withVideo.Length, lines.Length);
        Assert.All(withVideo.Zip(lines), pair => AssertSmall(pair.First, double.Parse(pair.Second, CultureInfo.InvariantCulture)));
    }

    [PythonFact("torch", "torchvision", "numpy")]
    public void WeComputeTorchvisionsFeaturesFromItsFiles()
    {
        PythonFactAttribute.Run(WriteTheirs, [folder.Path, .. names]);
        foreach (var name in names)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            using var encoder = EncoderCatalog.Create(name, 224, seed: 3);
            using var expected = TorchFile.Read(folder[$"{name}-features.pth"]);
            EncoderFile.LoadWeights(encoder, folder[$"{name}.pth"]);
            encoder.eval();
            var (theirs, ours) = (expected.Tensors["features"], encoder.forward(images));
            Assert.Equal(theirs.shape, ours.shape);
            AssertSmall(name, ours.sub(theirs).abs().max().item<float>() / theirs.abs().max().item<float>());
        }
    }

    private static void AssertSmall(string name, double difference) =>
        Assert.True(difference is >= 0 and <= 1e-4, $"{name}: {difference} of the largest feature");
}
