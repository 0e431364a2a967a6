using System.CommandLine;
using System.CommandLine.Parsing;
using SelfSup.Encoders;
using SelfSup.Samples;

namespace SelfSup.Tool;

/// <summary>The options that say which encoder computes features.</summary>
internal sealed class EncoderOptions
{
    private readonly Option<string?> file = Options.ExistingPath(
        "--encoder", "The encoder: a run's .safetensors, or weights of any origin (.onnx, .pth, .safetensors), or a folder with one of these.");

    private readonly Option<int?> size = Options.Whole("--size", "Side of the images in pixels [default: the file says, else 224].", 16, 4096);

    private readonly Option<string?> architecture = Options.Choice(
        "--architecture", "What the weights are of, such as resnet50 [default: the file says or shows it].", EncoderCatalog.Names);

    private readonly Option<string?> prefix = new("--prefix") { Description = "Which of several sets of weights, by what precedes their names." };

    private readonly Option<bool> zoom = Options.Zoom();

    /// <summary>Makes the options.</summary>
    /// <param name="isRequired">Whether there must be an encoder.</param>
    public EncoderOptions(bool isRequired = true) => file.Required = isRequired;

    public IEnumerable<Option> All => [file, size, architecture, prefix, zoom];

    /// <summary>Whether an encoder is given, right or wrong.</summary>
    public bool AreGiven(SymbolResult given) => given.GetResult(file) is not null;

    /// <summary>Refuses what would change nothing without an encoder.</summary>
    public void RequireFile(CommandResult given)
    {
        foreach (var option in new Option[] { size, architecture, prefix, zoom })
        {
            if (given.GetResult(option) is { Implicit: false } && !AreGiven(given))
                given.AddError($"{option.Name} goes with --encoder.");
        }
    }

    /// <summary>Opens the encoder, and tells what was taken of the file.</summary>
    public Encoder Open(ParseResult given)
    {
        var (encoder, taken) = EncoderOpener.Open(given.GetValue(file)!, given.GetValue(size), given.GetValue(architecture), given.GetValue(prefix), given.GetValue(zoom));
        Screen.Say(taken);
        return encoder;
    }
}
