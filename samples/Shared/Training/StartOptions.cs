using System.CommandLine;
using SelfSup.Encoders;

namespace SelfSup.Samples;

/// <summary>The options that say what a run starts from: an architecture, or weights.</summary>
internal sealed class StartOptions
{
    private readonly Option<string?> encoder = Options.Checked(
        "--encoder", $"Architecture: {string.Join(", ", EncoderCatalog.Names)}; or weights to start from, a file (.onnx, .pth, .safetensors) or a folder with one [default: resnet18].",
        $"one of {string.Join(", ", EncoderCatalog.Names)}, or a file or a folder that is there", text => EncoderCatalog.Names.Contains(text) || Path.Exists(text) ? text : null);

    private readonly Option<int?> size;

    /// <summary>Makes the options.</summary>
    /// <param name="defaultSize">How the help says what size an architecture gets where none is given.</param>
    public StartOptions(string defaultSize)
    {
        size = Options.Whole("--size", $"Side of the images in pixels [default: the file's of weights, {defaultSize}].", 16, 4096);
        encoder.CompletionSources.Add([.. EncoderCatalog.Names]);
    }

    public void AddTo(Command command)
    {
        command.Add(encoder);
        command.Add(size);
    }

    /// <summary>Makes the encoder.</summary>
    /// <param name="given">The command line.</param>
    /// <param name="defaultSize">Side of the images where none is given.</param>
    /// <param name="seed">Decides first weights.</param>
    /// <param name="normalization">How an architecture normalizes pixels.</param>
    /// <returns>The encoder, and what was taken of a file, if it is of one.</returns>
    public (Encoder Encoder, string? Taken) Open(ParseResult given, int defaultSize, int seed, Normalization? normalization = null)
    {
        var name = given.GetValue(encoder) is { Length: > 0 } asked ? asked : "resnet18";
        return EncoderCatalog.Names.Contains(name)
            ? (EncoderCatalog.Create(name, given.GetValue(size) ?? defaultSize, seed, normalization), null)
            : EncoderOpener.Open(name, given.GetValue(size));
    }
}
