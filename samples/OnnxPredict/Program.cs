// Labels images with a classifier that samples/Probe --onnx exported, by ONNX Runtime; SelfSup.Data decodes, without TorchSharp.
using System.CommandLine;
using Microsoft.ML.OnnxRuntime;
using SelfSup.Data;
using SelfSup.Samples;

var model = Options.ExistingFileArgument("model", "Exported classifier, such as classifier.onnx.");
var image = Options.ExistingFileArgument("image", "Image to label, such as photo.jpg.");
var command = new RootCommand("Labels an image with an exported classifier, without TorchSharp.") { model, image };

return await SampleProgram.RunAsync(command, args, (options, _) =>
{
    if (options.GetValue(model) is not { } modelFile || options.GetValue(image) is not { } imageFile)
        throw new ArgumentException("Give the files of an exported classifier and of an image, such as classifier.onnx photo.jpg.");
    using var classifier = new OnnxClassifier(modelFile);
    foreach (var (label, probability) in classifier.Predict(imageFile).Take(3))
        Screen.SayLines($"{probability,6:P1}  {label}");
    return Task.CompletedTask;
});
