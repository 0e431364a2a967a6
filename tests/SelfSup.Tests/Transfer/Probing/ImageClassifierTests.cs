using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Transfer;
using SkiaSharp;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public sealed class ImageClassifierTests : IDisposable
{
    private static readonly LinearProbeOptions Quick = new() { Strengths = [0.01, 0.1] };
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    public void ClassifiesImageFiles(SKEncodedImageFormat format)
    {
        using var encoder = new ConvNet(16);
        using var classifier = LinearProbe.Fit(encoder, new TestImages(60, 3), Quick);
        for (var content = 0; content < 3; content++)
        {
            var path = WriteImage(content, format);
            var answer = classifier.Predict(path);
            Assert.Equal($"class {content}", answer.Label);
            Assert.Equal((answer.Label, answer.Probability), answer.All[0]);
            Assert.Equal(1, answer.All.Sum(pair => pair.Probability), 1e-5);
            Assert.Equal(answer.All.Select(pair => pair.Probability).OrderDescending(), answer.All.Select(pair => pair.Probability));
            Assert.Equal(answer.All, classifier.Predict(File.ReadAllBytes(path)).All);
        }
    }

    [Theory]
    [InlineData(null, 32)]
    [InlineData("stage3", 32)]
    [InlineData("pooled", 32)]
    [InlineData("pooled", 16)] // whose last stage is a single place
    public void SavedClassifierGivesTheSameProbabilities(string? stage, int size)
    {
        using var encoder = new ConvNet(size, seed: 3, Normalization.Cifar10);
        using var classifier = LinearProbe.Fit(encoder, new TestImages(30, 3), new() { Strengths = [0.1], Stage = stage });
        var path = Path.Combine(folder.FullName, "classifier.safetensors");
        classifier.Save(path);
        using var loaded = ImageClassifier.Load(path);

        Assert.Equal(classifier.ClassNames, loaded.ClassNames);
        Assert.Equal(classifier.Layer, loaded.Layer);
        using var images = randint(256, [4, 3, 32, 32], ScalarType.Byte);
        using var expected = classifier.ComputeProbabilities(images);
        using var actual = loaded.ComputeProbabilities(images);
        Assert.Equal(expected.bytes.ToArray(), actual.bytes.ToArray());
    }

    [Fact]
    public void OwnsItsEncoder()
    {
        ImageClassifier classifier;
        using var images = randint(256, [1, 3, 16, 16], ScalarType.Byte);
        using (var encoder = new ConvNet(16))
            classifier = LinearProbe.Fit(encoder, new TestImages(20, 2), Quick);
        using (classifier)
            classifier.ComputeProbabilities(images).Dispose();
        var before = LiveTensors.Count();
        using (var encoder = new ConvNet(16))
            LinearProbe.Fit(encoder, new TestImages(20, 2), Quick).Dispose();
        var left = Tensor.TotalCount - before;
        Assert.Equal(2 * Leftovers(), left);
    }

    [Fact]
    public void PredictionsLeaveNoTensors()
    {
        using var encoder = new ConvNet(16);
        using var classifier = LinearProbe.Fit(encoder, new TestImages(20, 2), Quick);
        var path = WriteImage(0, SKEncodedImageFormat.Png);
        classifier.Predict(path);
        var before = LiveTensors.Count();
        for (var i = 0; i < 5; i++)
            classifier.Predict(path);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void EvaluatedProbeBecomesTheClassifier()
    {
        using var encoder = new ConvNet(16);
        var test = new TestImages(30, 3, seed: 1) { Labels = [.. Enumerable.Range(0, 30).Select(i => i % 5 == 0 ? 0 : i % 3)] };
        var report = LinearProbe.Evaluate(encoder, new TestImages(60, 3), test, new() { Strengths = [0.1], Baselines = false });
        using var classifier = report.CreateClassifier(encoder);
        var correct = Enumerable.Range(0, 30).Count(index =>
        {
            var pixels = new byte[3 * 16 * 16];
            test.Read(index, 16, pixels);
            using var probabilities = classifier.ComputeProbabilities(tensor(pixels, [1, 3, 16, 16]));
            return probabilities.argmax(1).item<long>() == test.LabelOf(index);
        });
        Assert.Equal(report.Best.TestAccuracy!.Value, correct / 30.0, 1e-9);
        Assert.InRange(correct, 1, 29);

        using (no_grad())
            encoder.parameters().First().add_(0.1);
        Assert.Throws<ArgumentException>(() => report.CreateClassifier(encoder));
    }

    [Fact]
    public void MissingAndWrongFilesAreNamed()
    {
        var missing = Path.Combine(folder.FullName, "missing.jpg");
        var broken = Path.Combine(folder.FullName, "broken.jpg");
        File.WriteAllText(broken, "no image");
        using var encoder = new ConvNet(16);
        using var classifier = LinearProbe.Fit(encoder, new TestImages(20, 2), Quick);
        Assert.Contains(missing, Assert.Throws<FileNotFoundException>(() => classifier.Predict(missing)).Message);
        Assert.Contains(missing, Assert.Throws<FileNotFoundException>(() => ImageClassifier.Load(missing)).Message);
        Assert.Contains(broken, Assert.Throws<ImageReadException>(() => classifier.Predict(broken)).Message);
        Assert.Contains(broken, Assert.Throws<InvalidDataException>(() => ImageClassifier.Load(broken)).Message);
        Assert.Throws<ImageReadException>(() => classifier.Predict(new byte[10]));

        var encoderOnly = Path.Combine(folder.FullName, "encoder.safetensors");
        EncoderFile.Save(encoder, encoderOnly);
        Assert.Contains(encoderOnly, Assert.Throws<InvalidDataException>(() => ImageClassifier.Load(encoderOnly)).Message);
    }

    [Fact]
    public async Task FilesBytesStreamsAndBatchesGiveTheSameAnswers()
    {
        using var encoder = new ConvNet(16);
        using var classifier = LinearProbe.Fit(encoder, new TestImages(60, 3), Quick);
        string[] paths = [.. Enumerable.Range(0, 3).Select(content => WriteImage(content, SKEncodedImageFormat.Png))];
        var together = classifier.Predict(paths);
        for (var i = 0; i < paths.Length; i++)
        {
            var alone = classifier.Predict(paths[i]);
            Assert.Equal(alone.Label, together[i].Label);
            Assert.Equal(alone.Probability, together[i].Probability, 1e-5);
            using var stream = File.OpenRead(paths[i]);
            Assert.Equal(alone.All, classifier.Predict(stream).All);
            stream.Position = 0;
            Assert.Equal(alone.All, (await classifier.PredictAsync(stream)).All);
            Assert.True(stream.CanRead);
            Assert.Equal(alone.All, (await classifier.PredictAsync(paths[i])).All);
        }
        Assert.Empty(classifier.Predict(Array.Empty<string>()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => classifier.PredictAsync(paths[0], new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task OneTypeOfExceptionTellsThatAnImageCannotBeRead()
    {
        using var encoder = new ConvNet(16);
        using var classifier = LinearProbe.Fit(encoder, new TestImages(20, 2), Quick);
        var broken = Path.Combine(folder.FullName, "broken.png");
        File.WriteAllText(broken, "no image");
        Assert.Contains(broken, Assert.Throws<ImageReadException>(() => classifier.Predict([WriteImage(0, SKEncodedImageFormat.Png), broken])).Message);
        Assert.Throws<ImageReadException>(() => classifier.Predict(File.ReadAllBytes(broken)));
        Assert.Throws<ImageReadException>(() => classifier.Predict(new MemoryStream()));
        await Assert.ThrowsAsync<ImageReadException>(() => classifier.PredictAsync(broken));
        await Assert.ThrowsAsync<ImageReadException>(() => classifier.PredictAsync(new MemoryStream([1, 2, 3])));
    }

    [Fact]
    public void ManyThreadsGetTheAnswersThatOneGets()
    {
        using var encoder = new ConvNet(16);
        using var classifier = LinearProbe.Fit(encoder, new TestImages(60, 3), Quick);
        string[] paths = [.. Enumerable.Range(0, 3).Select(content => WriteImage(content, SKEncodedImageFormat.Png))];
        Prediction[] expected = [.. paths.Select(classifier.Predict)];
        Parallel.For(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var answer = classifier.Predict(paths[i % 3]);
            Assert.Equal(expected[i % 3].Label, answer.Label);
            Assert.Equal(expected[i % 3].Probability, answer.Probability, 1e-5);
        });
    }

    [Fact]
    public void ADisposedClassifierSaysSo()
    {
        using var encoder = new ConvNet(16);
        var classifier = LinearProbe.Fit(encoder, new TestImages(20, 2), Quick);
        var path = WriteImage(0, SKEncodedImageFormat.Png);
        classifier.Dispose();
        Assert.Throws<ObjectDisposedException>(() => classifier.Predict(path));
        Assert.Throws<ObjectDisposedException>(() => classifier.Predict(new byte[3]));
        Assert.Throws<ObjectDisposedException>(() => classifier.Save(path));
        Assert.Throws<ObjectDisposedException>(() => classifier.ExportOnnx(path));
        classifier.Dispose();
    }

    [Fact]
    public void APredictionIsReadable()
    {
        var prediction = new Prediction("cat", 0.934f, [("cat", 0.934f), ("dog", 0.041f), ("bird", 0.02f), ("fish", 0.005f)]);
        Assert.Equal("cat 93.4 %, dog 4.1 %, bird 2.0 %", prediction.ToString());
    }

    /// <summary>What TorchSharp leaves to the finalizer of a disposed encoder: the buffers of its BatchNorm.</summary>
    private static long Leftovers()
    {
        var before = LiveTensors.Count();
        new ConvNet(16).Dispose();
        return Tensor.TotalCount - before;
    }

    private string WriteImage(int content, SKEncodedImageFormat format)
    {
        const int side = 40;
        var planes = new byte[3 * side * side];
        TestImages.Draw(content, side, planes, new Random(content));
        using var bitmap = new SKBitmap(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var i = 0; i < side * side; i++)
            bitmap.SetPixel(i % side, i / side, new SKColor(planes[i], planes[i + (side * side)], planes[i + (2 * side * side)]));
        var path = Path.Combine(folder.FullName, $"{content}.{format}".ToLowerInvariant());
        using var file = File.Create(path);
        Assert.True(bitmap.Encode(file, format, 95));
        return path;
    }
}
