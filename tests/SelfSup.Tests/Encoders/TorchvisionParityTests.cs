using System.Globalization;
using SelfSup.Encoders;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

/// <summary>Our files in torchvision's models: every name is known, none but the classifier's is missing, and the features are the same.</summary>
public class TorchvisionParityTests
{
    private const string Script = """
        import json, sys, numpy, torch, torchvision
        def read(path):
            with open(path, "rb") as file:
                header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
                data = file.read()
            header.pop("__metadata__", None)
            types = {"F32": numpy.float32, "I64": numpy.int64}
            return {name: torch.from_numpy(numpy.frombuffer(data[entry["data_offsets"][0]:entry["data_offsets"][1]], types[entry["dtype"]])
                    .reshape(entry["shape"]).copy()) for name, entry in header.items()}
        folder, name = sys.argv[1:]
        model = (torchvision.models.video if name == "r3d_18" else torchvision.models).__dict__[name]()
        answer = model.load_state_dict(read(f"{folder}/{name}.safetensors"), strict=False)
        assert not answer.unexpected_keys, answer.unexpected_keys
        assert all(key.startswith(("fc.", "classifier.")) for key in answer.missing_keys), answer.missing_keys
        model.eval()
        ours = read(f"{folder}/{name}-features.safetensors")
        with torch.no_grad():
            if name == "alexnet":
                features = model.features(ours["images"]).mean((2, 3))
            else:
                model.fc = torch.nn.Identity()
                features = model(ours["images"])
        print(((features - ours["features"]).abs().max() / features.abs().max()).item())
        """;

    [PythonFact("torch", "torchvision", "numpy")]
    public void TorchvisionComputesOurFeaturesFromOurFiles()
    {
        using var folder = new TemporaryFolder();
        using var random = new Generator(1);
        foreach (var name in new[] { "resnet18", "resnet34", "resnet50", "alexnet", "r3d_18" })
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            using var encoder = EncoderCatalog.Create(name, name == "r3d_18" ? 112 : 224, seed: 5);
            long[] frames = encoder.TakesClips ? [6] : [];
            var images = randn([2, 3, .. frames, encoder.ImageSize, encoder.ImageSize], generator: random);
            encoder.train();
            encoder.forward(images).Dispose(); // moves the statistics of batch normalisation
            encoder.eval();
            EncoderFile.Save(encoder, folder[$"{name}.safetensors"]);
            var tensors = new Dictionary<string, Tensor> { ["images"] = images, ["features"] = encoder.forward(images) };
            SafetensorsFile.Write(folder[$"{name}-features.safetensors"], tensors, new Dictionary<string, string>());
            var difference = double.Parse(PythonFactAttribute.Run(Script, folder.Path, name), CultureInfo.InvariantCulture);
            Assert.InRange(difference, 0, 1e-4);
        }
    }
}
