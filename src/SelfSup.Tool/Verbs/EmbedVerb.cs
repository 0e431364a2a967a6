using System.CommandLine;
using System.Text;
using SelfSup.Data;
using SelfSup.Files;
using SelfSup.Samples;
using SelfSup.Transfer;

namespace SelfSup.Tool.Verbs;

/// <summary>Writes the features of images for other programs.</summary>
internal sealed class EmbedVerb : Verb
{
    private readonly EncoderOptions encoder = new();
    private readonly Option<string?> images = Required(Options.Images("--images", "A folder of images, tar or Parquet files, or a list (.txt, .csv)."));
    private readonly Option<string?> layer = new("--layer") { Description = $"Stage to read [default: {FeatureLayer.PooledName}, the average of the last]." };
    private readonly Option<string?> output = Required(Options.NewFile(
        "--output", "File of features, a row an image; its ending says which kind: .csv with names, .npy for NumPy, .safetensors."));
    private readonly Option<string?> names = Options.NewFile("--names", "Write the names of the images here, a line a row.");

    public EmbedVerb()
        : base(
            "embed", "Writes the features of images to a file that other programs read.",
            "--encoder runs/simclr --images photos --output features.csv",
            "--encoder weights.pth --images photos\n--output features.npy --names names.txt")
    {
        Take([.. encoder.All, images, layer, output, names]);
        Command.Validators.Add(given =>
        {
            if (given.GetResult(output)?.Tokens is [{ Value: var file }] && Path.GetExtension(file) is not (".csv" or ".npy" or ".safetensors"))
                given.AddError($"--output is '{file}'; it must end in .csv, .npy or .safetensors.");
        });
    }

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        using var network = encoder.Open(given);
        var asked = FeatureLayer.Find(network, given.GetValue(layer) ?? FeatureLayer.PooledName);
        var photos = await ImageOpener.OpenAsync(given.GetValue(images)!, cancellation);
        using var features = await FeatureReader.ReadAsync(network, photos, "reading images", cancellation, asked);
        var file = given.GetValue(output)!;
        Write(file, features, asked.Name, photos);
        Screen.Say($"Wrote {file}: {features.Indices.Count:N0} images, {asked.Length:N0} features each.");
        if (given.GetValue(names) is { } list)
        {
            AtomicFile.Write(list, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(features.Indices.Select(image => photos.NameOf(image) + "\n")))));
            Screen.Say($"Wrote {list}, their names.");
        }
        ImageFailure[] unreadable = [.. photos.Failures, .. features.Failures];
        TellUnreadable(unreadable);
        return new { File = file, Names = given.GetValue(names), Images = features.Indices.Count, Layer = asked.Name, Features = asked.Length, Unreadable = unreadable };
    }

    private static void Write(string file, FeatureSet features, string layer, IImageSource photos)
    {
        switch (Path.GetExtension(file))
        {
            case ".csv":
                FeatureFile.WriteCsv(file, features, layer, photos);
                break;
            case ".npy":
                FeatureFile.WriteNpy(file, features, layer);
                break;
            default:
                FeatureFile.WriteSafetensors(file, features);
                break;
        }
    }
}
