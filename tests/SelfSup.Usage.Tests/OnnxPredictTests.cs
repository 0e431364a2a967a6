using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;

namespace SelfSup.Usage.Tests;

/// <summary>The program without TorchSharp that labels images with an exported classifier.</summary>
public sealed class OnnxPredictTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void GivesTheLibrarysAnswers()
    {
        using var encoder = new ConvNet(imageSize: 32, seed: 2);
        using var classifier = LinearProbe.Fit(encoder, new ProceduralImages(160, seed: 2), new() { Strengths = [0.1] });
        classifier.ExportOnnx(folder["classifier.onnx"]);
        var labels = new HashSet<string>();
        for (var number = 0; number < 3; number++)
        {
            var photo = DrawPhoto(number);
            var expected = classifier.Predict(photo).All.Take(3).Select(answer => $"{answer.Probability,6:P1}  {answer.Label}");
            var (output, _, exitCode) = Run(folder["classifier.onnx"], photo);
            Assert.Equal(expected, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal(0, exitCode);
            labels.Add(expected.First());
        }
        Assert.True(labels.Count > 1);
    }

    [Fact]
    public void WrongArgumentsAreOneLineOfError()
    {
        var (_, error, exitCode) = Run(folder["missing.onnx"], DrawPhoto(0));
        Assert.StartsWith("error: ", error);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(1, exitCode);
    }

    [Theory]
    [InlineData("samples/OnnxPredict")]
    [InlineData("samples/Web")]
    public void NeedsNoTorch(string program)
    {
        var needed = File.ReadAllText(Path.ChangeExtension(BuiltProgram.PathOf(program), ".deps.json"));
        Assert.Contains("OnnxRuntime", needed);
        Assert.DoesNotContain("torch", needed, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Draws a photo that is no square, larger than the encoder's images and scaled with it to fractions of pixels.</summary>
    private string DrawPhoto(int number)
    {
        const int side = 75, width = side + 20;
        var planes = new byte[3 * side * side];
        new ProceduralImages(3, seed: 5).Read(number, side, planes);
        var rgb = new byte[3 * width * side];
        for (var i = 0; i < rgb.Length; i++)
        {
            var (channel, x, y) = (i % 3, i / 3 % width - 10, i / 3 / width);
            rgb[i] = x is >= 0 and < side ? planes[channel * side * side + y * side + x] : (byte)128;
        }
        var path = folder[$"{number}.png"];
        PngFile.Write(path, width, side, rgb);
        return path;
    }

    private static (string Output, string Error, int ExitCode) Run(params string[] arguments) =>
        BuiltProgram.Run("samples/OnnxPredict", arguments);
}
