// What an app does with the packages: learn without labels, learn a little with labels, keep the classifier and ask it.
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Tasks;
using SelfSup.Training;
using SelfSup.Transfer;

var folder = Directory.CreateTempSubdirectory("selfsup-consumer-").FullName;
try
{
    using var encoder = new ConvNet(imageSize: 32);
    await Pretraining.RunAsync(encoder, new RotationTask(), new ProceduralImages(256, seed: 1), new() { Epochs = 1 });

    var file = Path.Combine(folder, "classifier.safetensors");
    using (var fitted = LinearProbe.Fit(encoder, new ProceduralImages(80, seed: 2)))
        fitted.Save(file);

    using var classifier = ImageClassifier.Load(file);
    var prediction = classifier.Predict(DrawPicture(Path.Combine(folder, "picture.png"), size: 48));
    var sum = prediction.All.Sum(answer => (double)answer.Probability);
    Console.WriteLine($"The picture is a {prediction.Label}; the probabilities of {prediction.All.Count} classes sum to {sum:F4}.");
    return Math.Abs(sum - 1) < 1e-4 && prediction.All.Count == classifier.ClassNames.Count ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static string DrawPicture(string path, int size)
{
    var planes = new byte[3 * size * size];
    new ProceduralImages(1, seed: 3).Read(0, size, planes);
    var rgb = new byte[planes.Length];
    for (var i = 0; i < rgb.Length; i++)
        rgb[i] = planes[i % 3 * size * size + i / 3];
    PngFile.Write(path, size, size, rgb);
    return path;
}
