using SelfSup.Encoders;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Tests.Files;

/// <summary>What PyTorch itself wrote, in the forms that files of weights take.</summary>
public sealed class TorchvisionFileTests : IDisposable
{
    private const string Script = """
        import sys, torch, torchvision
        torch.manual_seed(1)
        model = torchvision.models.resnet18()
        images = (torch.arange(2 * 3 * 224 * 224) * 37 % 1009).float().view(2, 3, 224, 224) / 512 - 1
        with torch.no_grad():
            model(images)  # moves the statistics of batch normalization
            model.eval()
            features = torch.nn.Sequential(*list(model.children())[:-1])(images).flatten(1)
        folder = sys.argv[1]
        wrapped = {"epoch": 3, "args": None, "state_dict": torch.nn.DataParallel(model).state_dict(), "lr": 0.1, "sizes": [1, 2]}
        torch.save(wrapped, folder + "/checkpoint.pt")
        torch.save(dict(model.named_parameters()), folder + "/parameters.bin", pickle_protocol=4)
        torch.save({"features": features, "turned": features.t(), "part": features[1:, 3:7]}, folder + "/features.pth")
        torch.save(model.state_dict(), folder + "/old.pth", _use_new_zipfile_serialization=False)
        """;

    private const string VideoScript = """
        import sys, torch, torchvision
        torch.manual_seed(1)
        model = torchvision.models.video.r3d_18()
        clips = (torch.arange(3 * 8 * 112 * 112) * 37 % 1009).float().view(1, 3, 8, 112, 112) / 512 - 1
        with torch.no_grad():
            model(clips)
            model.eval()
            features = torch.nn.Sequential(*list(model.children())[:-1])(clips).flatten(1)
        torch.save(model.state_dict(), sys.argv[1] + "/r3d_18.pth")
        torch.save({"features": features}, sys.argv[1] + "/features.pth")
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [PythonFact("torch", "torchvision")]
    public void TorchvisionsVideoWeightsComputeTorchvisionsFeatures()
    {
        PythonFactAttribute.Run(VideoScript, folder.Path);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = new VideoResNet(112, seed: 3);
        EncoderFile.LoadWeights(encoder, folder["r3d_18.pth"]);
        encoder.eval();
        using var features = TorchFile.Read(folder["features.pth"]);
        var expected = features.Tensors["features"];
        var clips = (arange(3 * 8 * 112 * 112) * 37 % 1009).@float().view(1, 3, 8, 112, 112) / 512 - 1;
        Assert.InRange(encoder.forward(clips).sub(expected).abs().max().item<float>(), 0, 1e-4f * expected.abs().max().item<float>());
    }

    [PythonFact("torch", "torchvision")]
    public void CheckpointsAndTensorsOfEveryLayoutAreRead()
    {
        PythonFactAttribute.Run(Script, folder.Path);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var encoder = new ResNet(18, 224, seed: 3);
        using var features = TorchFile.Read(folder["features.pth"]);
        var expected = features.Tensors["features"];
        Assert.True(features.Tensors["turned"].allclose(expected.t(), 0, 0));
        Assert.True(features.Tensors["part"].allclose(expected[1..2, 3..7], 0, 0));

        encoder.eval();
        var images = (arange(2 * 3 * 224 * 224) * 37 % 1009).@float().view(2, 3, 224, 224) / 512 - 1;
        EncoderFile.LoadWeights(encoder, folder["checkpoint.pt"]);
        var difference = encoder.forward(images).sub(expected).abs().max().item<float>();
        Assert.InRange(difference, 0, 1e-4f * expected.abs().max().item<float>());

        using var parameters = TorchFile.Read(folder["parameters.bin"]);
        Assert.Equal(62, parameters.Tensors.Count);
        Assert.True(parameters.Tensors["conv1.weight"].allclose(encoder.state_dict()["conv1.weight"], 0, 0));
        var error = Assert.Throws<InvalidDataException>(() => EncoderFile.LoadWeights(encoder, folder["old.pth"]));
        Assert.Contains("PyTorch 1.6", error.Message);
    }
}
