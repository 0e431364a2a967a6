using System.CommandLine;
using SelfSup.Files;
using SelfSup.Samples;
using SelfSup.Transfer;

namespace SelfSup.Tool.Verbs;

/// <summary>Writes an encoder or a classifier as an ONNX model.</summary>
internal sealed class ExportVerb : Verb
{
    private readonly EncoderOptions encoder = new(isRequired: false);
    private readonly Option<string?> classifier = Options.ExistingFile("--classifier", "A classifier that selfsup probe --save wrote, in place of an encoder.");
    private readonly Option<string?> output = Required(Options.NewFile("--output", "Write the ONNX model here."));

    public ExportVerb()
        : base(
            "export", "Writes an encoder or a classifier as an ONNX model, which runs without this library. Models take uint8 pixels.",
            "--encoder runs/simclr --output encoder.onnx",
            "--classifier classifier.safetensors --output classifier.onnx")
    {
        Take([.. encoder.All, classifier, output]);
        Command.Validators.Add(encoder.RequireFile);
        Command.Validators.Add(given =>
        {
            if (encoder.AreGiven(given) == given.GetResult(classifier) is not null)
                given.AddError("Give one of --encoder and --classifier.");
        });
    }

    protected override Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        var file = given.GetValue(output)!;
        return Task.FromResult(given.GetValue(classifier) is { } saved ? ExportClassifier(saved, file, cancellation) : ExportEncoder(given, file, cancellation));
    }

    private static object ExportClassifier(string saved, string file, CancellationToken cancellation)
    {
        using var network = ImageClassifier.Load(saved);
        cancellation.ThrowIfCancellationRequested();
        network.ExportOnnx(file);
        Screen.Say($"Wrote {file}, a classifier of {network.ClassNames.Count} classes for images of {network.ImageSize} pixels.");
        return new { File = file, network.ImageSize, Classes = network.ClassNames };
    }

    private object ExportEncoder(ParseResult given, string file, CancellationToken cancellation)
    {
        using var network = encoder.Open(given);
        cancellation.ThrowIfCancellationRequested();
        OnnxFile.Export(network, file);
        Screen.Say($"Wrote {file}, {network.Architecture} for images of {network.ImageSize} pixels, with {network.FeatureCount:N0} features.");
        return new { File = file, network.ImageSize, Features = network.FeatureCount };
    }
}
