using System.CommandLine;
using System.Text.Json.Nodes;
using SelfSup.Data;
using SelfSup.Reports;
using SelfSup.Samples;
using SelfSup.Transfer;

namespace SelfSup.Tool.Verbs;

/// <summary>Tells what an encoder's features are worth.</summary>
internal sealed class ProbeVerb : Verb
{
    private readonly EncoderOptions encoder = new();
    private readonly Option<string?> train = Required(Options.Images("--train", "Labeled training images: a folder of one sub-folder a class, tar or Parquet files, or a .csv list."));
    private readonly Option<string?> test = Required(Options.Images("--test", "Labeled test images: a folder of one sub-folder a class, tar or Parquet files, or a .csv list."));
    private readonly Option<int?> labels = Options.Whole("--labels", "Training images for the probe, drawn evenly from all classes [default: all].", 2);
    private readonly Option<string?> unlabeled = Options.Images(
        "--unlabeled", "Images without labels, such as all that there are: they center the features, which helps few labels most.");
    private readonly Option<string?> stage = new("--stage") { Description = "Stage to probe [default: the best on held-out training labels]." };
    private readonly Option<int?> seed = Options.Whole("--seed", "Decides the draw of labels and the held-out part.", 0, int.MaxValue, 0);
    private readonly Option<bool> transfer = new("--transfer")
    {
        Description = "Also judge the features by nearest neighbors and by few labels, five draws of 1 to 96 a class from all training images.",
    };
    private readonly ReportOption html = new();
    private readonly Option<string?> save = Options.NewFile("--save", "Write the fitted classifier here, for selfsup predict and export.");

    public ProbeVerb()
        : base(
            "probe", "Tells what an encoder's features are worth: a linear classifier on them, beside raw pixels, random weights and chance.",
            "--encoder runs/simclr --train labeled --test others",
            "--encoder weights.pth --train labeled --test others\n--save classifier.safetensors") =>
        Take([.. encoder.All, train, test, labels, unlabeled, stage, seed, transfer, html.Option, save]);

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        using var network = encoder.Open(given);
        var trainSet = await ImageOpener.OpenLabeledAsync(given.GetValue(train)!, cancellation);
        var testSet = await ImageOpener.OpenLabeledAsync(given.GetValue(test)!, cancellation);
        var (probe, table, document) = given.GetValue(transfer)
            ? await JudgeAsync(network, trainSet, testSet, given, cancellation)
            : await ProbeAsync(network, trainSet, testSet, given, cancellation);
        Screen.SayLines(table);
        if (given.GetValue(save) is { } file)
        {
            using var classifier = probe.CreateClassifier(network);
            classifier.Save(file);
            Screen.Say($"Wrote {file}. Label images by it:");
            Screen.SayCommand($"selfsup predict PHOTOS --classifier {file}");
        }
        TellUnreadable(probe.Failures);
        return new { Report = JsonNode.Parse(document), Classifier = given.GetValue(save), Html = html.FileOf(given), Unreadable = probe.Failures };
    }

    private async Task<(ProbeReport Probe, string Table, string Document)> ProbeAsync(
        Encoder network, ILabeledImageSource trainSet, ILabeledImageSource testSet, ParseResult given, CancellationToken cancellation)
    {
        if (given.GetValue(labels) is { } count)
        {
            if (count > trainSet.Count)
                throw new ArgumentException($"--labels is {count:N0}; there are {trainSet.Count:N0} training images. Give at most as many, or leave it out to use all.");
            trainSet = LabeledSubset.Stratified(trainSet, count, given.GetValue(seed)!.Value);
        }
        var report = await Judge.ProbeAsync(network, trainSet, testSet, cancellation, new LinearProbeOptions
        {
            Stage = given.GetValue(stage),
            Seed = given.GetValue(seed)!.Value,
            Unlabeled = await OpenUnlabeledAsync(given, cancellation),
        });
        html.Write(given, "What the features are worth", page => page.AddProbe(report));
        return (report, report.ToTable(), report.ToJson());
    }

    private async Task<(ProbeReport Probe, string Table, string Document)> JudgeAsync(
        Encoder network, ILabeledImageSource trainSet, ILabeledImageSource testSet, ParseResult given, CancellationToken cancellation)
    {
        var report = await Judge.EvaluateAsync(network, trainSet, testSet, new TransferOptions
        {
            Stage = given.GetValue(stage),
            Seed = given.GetValue(seed)!.Value,
            Labels = given.GetValue(labels),
            Unlabeled = await OpenUnlabeledAsync(given, cancellation),
        }, cancellation);
        html.Write(given, "What the features are worth", page => page.AddTransfer(report));
        return (report.Probe, report.ToTable(), report.ToJson());
    }

    private async Task<IImageSource?> OpenUnlabeledAsync(ParseResult given, CancellationToken cancellation) =>
        given.GetValue(unlabeled) is { } place ? await ImageOpener.OpenAsync(place, cancellation) : null;
}
