using SelfSup.Data;
using SelfSup.Data.Tests.Decoding;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using SkiaSharp;

namespace SelfSup.Extensions.AI.Tests;

/// <summary>A small encoder and a classifier with their exported files, and photos that are neither square nor of its size.</summary>
public sealed class ExportedModels : IDisposable
{
    private const int Width = 90, Height = 61;
    private readonly TemporaryFolder folder = new();

    public ExportedModels()
    {
        Encoder = new ConvNet(imageSize: 32, seed: 3, normalization: new Normalization([0.5f, 0.4f, 0.3f], [0.2f, 0.25f, 0.3f]));
        OnnxFile.Export(Encoder, EncoderFile);
        Classifier = LinearProbe.Fit(Encoder, new ProceduralImages(160, seed: 2), new() { Strengths = [0.1] });
        Classifier.ExportOnnx(ClassifierFile);
        for (var number = 0; number < PhotoCount; number++)
            folder.Write(Path.Combine("photos", $"{number}.jpg"), Draw(number));
    }

    internal const int PhotoCount = 12;

    internal Encoder Encoder { get; }

    internal ImageClassifier Classifier { get; }

    internal string EncoderFile => folder["encoder.onnx"];

    internal string ClassifierFile => folder["classifier.onnx"];

    internal string Photos => folder["photos"];

    internal string PhotoFile(int number) => Path.Combine(Photos, $"{number}.jpg");

    /// <summary>A JPEG of colored stripes; other numbers have other colors and widths.</summary>
    internal static byte[] Draw(int number) => Draw(number, Width, Height, (x, y) => (x, y));

    /// <summary>The same picture as a camera stores it that was turned to the left, with the note that says so.</summary>
    internal static byte[] DrawTurned(int number) => EncodedImage.WithOrientation(DrawUnmarked(number), 6);

    /// <summary>The picture as it is stored there, without the note.</summary>
    internal static byte[] DrawUnmarked(int number) => Draw(number, Height, Width, (x, y) => (Width - 1 - y, x));

    /// <summary>What the encoder itself computes of image files.</summary>
    internal float[] Compute(params byte[][] files)
    {
        var size = Encoder.ImageSize;
        var pixels = new byte[files.Length * 3 * size * size];
        foreach (var (i, file) in files.Index())
            IImageDecoder.Default.Decode(file, size, pixels.AsSpan(i * 3 * size * size, 3 * size * size));
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var noGrad = TorchSharp.torch.no_grad();
        Encoder.eval();
        var images = TorchSharp.torch.tensor(pixels, [files.Length, 3, size, size], device: TorchSharp.torch.CPU);
        return Encoder.forward(Encoder.Normalize(images)).data<float>().ToArray();
    }

    public void Dispose()
    {
        Classifier.Dispose();
        Encoder.Dispose();
        folder.Dispose();
    }

    private static byte[] Draw(int number, int width, int height, Func<int, int, (int X, int Y)> upright) => EncodedImage.Make(width, height, (x, y) =>
    {
        var (column, row) = upright(x, y);
        return SKColor.FromHsv(number * 67 % 360 + row, 40 + number % 5 * 10, column / (4 + number % 7) % 2 == 0 ? 90 : 30 + column / 2);
    }, SKEncodedImageFormat.Jpeg);
}
