using SelfSup.Encoders;
using SelfSup.Files;
using static TorchSharp.torch;

namespace SelfSup.Tests.Encoders;

public class CenterZoomTests
{
    /// <summary>libtorch's own sampling of half of the area, right to left, is another way to the same middle.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(37)]
    public void Features_are_the_mean_of_the_whole_and_the_mirrored_middle(int side)
    {
        using var scope = NewDisposeScope();
        using var zoom = new CenterZoom(new ConvNet(32, seed: 1));
        using var plain = new ConvNet(32, seed: 1);
        zoom.eval();
        plain.eval();
        var images = zoom.Normalize(TestImages.Colorful(2, side));
        var half = (float)Math.Sqrt(0.5);
        var theta = tensor(new[,] { { -half, 0, 0 }, { 0, half, 0 } }).unsqueeze(0).expand(2, 2, 3);
        var places = nn.functional.affine_grid(theta, [2, 3, side, side], align_corners: false);
        var middle = nn.functional.grid_sample(images, places, align_corners: false);
        var (whole, part) = (plain.ForwardStages(images), plain.ForwardStages(middle));
        foreach (var (i, map) in zoom.ForwardStages(images).Index())
            Assert.True(map.allclose((whole[i] + part[i]) / 2, rtol: 1e-4, atol: 1e-4), $"stage {i}");
        Assert.True(zoom.forward(images).allclose((plain.forward(images) + plain.forward(middle)) / 2, rtol: 1e-4, atol: 1e-4));
    }

    [Fact]
    public void A_file_brings_it_back_with_the_encoder_s_settings()
    {
        using var folder = new TemporaryFolder();
        var path = folder["zoom.safetensors"];
        using var zoom = new CenterZoom(new ResNet(18, 32, seed: 1, blocks: [1, 1, 1, 2]));
        EncoderFile.Save(zoom, path);
        using var loaded = EncoderFile.LoadPretrained(path, imageSize: 48);
        Assert.IsType<CenterZoom>(loaded);
        Assert.Equal((48, "zoom(resnet18)"), (loaded.ImageSize, loaded.Architecture));
        foreach (var (name, tensor) in zoom.state_dict())
            Assert.True(tensor.Equals(loaded.state_dict()[name]), name);
    }

    [Theory]
    [InlineData("zoom(convnet+convnet)", 4)]
    [InlineData("zoom(convnet)+zoom(convnet)", 4)]
    [InlineData("zoom(convnet)", 2)]
    [InlineData("convnet+convnet", 2)]
    [InlineData("convnet", 1)]
    public void Its_name_makes_it_and_says_how_many_networks_run(string name, int runs)
    {
        using var encoder = EncoderCatalog.Create(name, 32);
        Assert.Equal(name, encoder.Architecture);
        Assert.Equal(runs, EncoderCatalog.RunsOf(name));
    }

    [Fact]
    public void Clips_and_a_second_zoom_are_refused()
    {
        using var clips = new VideoConvNet(32);
        using var once = new CenterZoom(new ConvNet(32));
        Assert.Contains("not for 'convnet3d'", Assert.Throws<ArgumentException>(() => new CenterZoom(clips)).Message);
        Assert.Contains("not for 'zoom(convnet)'", Assert.Throws<ArgumentException>(() => new CenterZoom(once)).Message);
        foreach (var name in new[] { "zoom(zoom(convnet))", "zoom()", "zoom(none)", "zoom(", "convnet)", "zoom(convnet3d)" })
            Assert.Throws<ArgumentException>(() => EncoderCatalog.Create(name, 32));
    }
}
