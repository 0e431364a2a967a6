using System.CommandLine;
using System.Text.Json.Nodes;
using SelfSup.Comparisons;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Reports;
using SelfSup.Samples;
using SelfSup.Tasks;

namespace SelfSup.Tool.Verbs;

/// <summary>Finds the encoder that serves a folder of images best within a given time.</summary>
internal sealed class CompareVerb : Verb
{
    private const int SmallSize = 64; // small networks learn from small images
    private static readonly string[] DefaultTasks = ["simclr", "rotation"];

    private readonly EncoderOptions encoder = new(isRequired: false);
    private readonly Option<string?> images = Required(Options.Images("--images", "Unlabeled images to learn from: a folder, tar or Parquet files, or a list (.txt, .csv)."));
    private readonly Option<string?> labeled = Options.Images("--labeled", "Labeled images to judge by, a folder of one sub-folder a class, tar or Parquet files, or a .csv list; keep your test images out of them.");
    private readonly Option<string[]?> tasks = Options.Checked(
        "--tasks", $"Tasks to learn from scratch, by a small network [default: {string.Join(',', DefaultTasks)}].", $"tasks among {string.Join(", ", TaskCatalog.Names)}",
        text => text.Split(',', StringSplitOptions.TrimEntries) is var names && names.All(TaskCatalog.Names.Contains) ? names : null);
    private readonly Option<double?> minutes = Options.Number("--minutes", "Time for the whole comparison [default: 20].", "above 0", time => time > 0);
    private readonly ReportOption html = new();
    private readonly Option<string?> output = Required(Options.NewFile("--output", "Write the encoder that is recommended here."));

    public CompareVerb()
        : base(
            "compare", "Finds the encoder that serves a folder of images best: weights as they are, adapted or distilled, or a task from scratch.",
            "--encoder weights.pth --images photos --labeled labeled\n--minutes 30 --output best.safetensors")
    {
        Take([.. encoder.All, images, labeled, tasks, minutes, html.Option, output]);
        Command.Validators.Add(encoder.RequireFile);
    }

    protected override async Task<object> RunAsync(ParseResult given, CancellationToken cancellation)
    {
        var unlabeled = await ImageOpener.OpenAsync(given.GetValue(images)!, cancellation);
        var judges = given.GetValue(labeled) is { } place ? await ImageOpener.OpenLabeledAsync(place, cancellation) : null;
        using var weights = encoder.AreGiven(given.CommandResult) ? encoder.Open(given) : null;
        using var teacher = weights is null ? null : new EncoderTeacher(weights);
        var size = Math.Min(SmallSize, weights?.ImageSize ?? SmallSize);
        Candidate[] candidates = [.. weights is null || teacher is null ? [] : WeightCandidates.Of(weights, teacher, size), .. FromScratch(given, size)];
        var time = TimeSpan.FromMinutes(given.GetValue(minutes) ?? 20);
        Screen.Say($"Candidates: {string.Join(", ", candidates.Select(candidate => candidate.Name))}. Comparing them on {unlabeled.Count:N0} images within {time.TotalMinutes:0.#} minutes.");
        if (judges is null)
            Screen.Warn("Nothing shows how well they serve without labeled images; a few dozen in --labeled are enough.");

        using var comparison = await Screen.TrackAsync(line => EncoderComparison.RunAsync(
            candidates, unlabeled, judges, new() { Time = time }, new ComparingProgress(line), cancellation));
        Screen.SayLines(comparison.ToTable());
        EncoderFile.Save(comparison.Recommended.Encoder!, given.GetValue(output)!);
        Screen.Say($"Wrote {given.GetValue(output)}, the encoder to use.");
        html.Write(given, "Which encoder serves best", page => page.AddComparison(comparison));
        TellUnreadable(comparison.Failures);
        return new
        {
            EncoderFile = given.GetValue(output),
            Html = html.FileOf(given),
            Comparison = JsonNode.Parse(comparison.ToJson()),
            Unreadable = comparison.Failures,
        };
    }

    private IEnumerable<Candidate> FromScratch(ParseResult given, int size) => (given.GetValue(tasks) is { Length: > 0 } asked ? asked : DefaultTasks)
        .Select(task => new Candidate($"{task} from scratch", () => new ConvNet(size), TaskCatalog.Create(task)));
}
