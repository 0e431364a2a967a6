// Labels an image with a classifier that samples/Probe --onnx exported, by ONNX Runtime; SelfSup.Data decodes, without TorchSharp.
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SelfSup.Data;

if (args is not [var modelFile, var imageFile] || !File.Exists(modelFile) || !File.Exists(imageFile))
{
    Console.Error.WriteLine("error: Give the files of an exported classifier and of an image, such as classifier.onnx photo.jpg.");
    return 2;
}
using var session = new InferenceSession(modelFile);
var metadata = session.ModelMetadata.CustomMetadataMap;
var size = int.Parse(metadata["image_size"]);
var pixels = new DenseTensor<byte>(IImageDecoder.Default.DecodeFile(imageFile, size), [1, 3, size, size]);
using var outputs = session.Run([NamedOnnxValue.CreateFromTensor("pixels", pixels)], ["probabilities"]);
var classes = JsonSerializer.Deserialize<string[]>(metadata["classes"])!;
foreach (var (label, probability) in classes.Zip(outputs[0].AsEnumerable<float>()).OrderByDescending(pair => pair.Second).Take(3))
    Console.WriteLine($"{probability,6:P1}  {label}");
return 0;
