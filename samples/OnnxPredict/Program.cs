// Labels an image with an exported classifier, by ONNX Runtime alone; samples/Probe --onnx exports one.
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

if (args is not [var modelFile, var imageFile] || !File.Exists(modelFile) || !File.Exists(imageFile))
{
    Console.Error.WriteLine("error: Give the files of an exported classifier and of an image, such as classifier.onnx photo.jpg.");
    return 2;
}

using var session = new InferenceSession(modelFile);
var metadata = session.ModelMetadata.CustomMetadataMap;
var classes = JsonSerializer.Deserialize<string[]>(metadata["classes"])!;
var size = int.Parse(metadata["image_size"]);

// The central square, scaled to the model's size: RGB planes of 0..255, which the model normalises itself.
using var photo = SKImage.FromEncodedData(imageFile) ?? throw new InvalidDataException($"'{imageFile}' is no image.");
var side = Math.Min(photo.Width, photo.Height);
var square = SKRectI.Create((photo.Width - side) / 2, (photo.Height - side) / 2, side, side);
using var scaled = new SKBitmap(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque);
using (var canvas = new SKCanvas(scaled))
{
    canvas.Clear(SKColors.White); // for photos with transparency
    canvas.DrawImage(photo, square, SKRect.Create(size, size), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
}
var colors = scaled.Pixels;
float[] planes = [.. colors.Select(c => c.Red), .. colors.Select(c => c.Green), .. colors.Select(c => c.Blue)];

using var pixels = OrtValue.CreateTensorValueFromMemory(planes, [1, 3, size, size]);
using var options = new RunOptions();
using var results = session.Run(options, ["pixels"], [pixels], ["probabilities"]);
var probabilities = results[0].GetTensorDataAsSpan<float>().ToArray();
foreach (var (label, probability) in classes.Zip(probabilities).OrderByDescending(pair => pair.Second).Take(3))
    Console.WriteLine($"{probability,6:P1}  {label}");
return 0;
