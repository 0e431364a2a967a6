// Answers for a folder of photos: do the weights that I have serve best as they are, adapted to my images, or does a task from scratch?
using System.CommandLine;
using SelfSup;
using SelfSup.Comparisons;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Reports;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Tasks;

TorchRuntime.TuneForTraining();
var images = Options.Images("--images", "Unlabeled images to learn from: a folder, tar or Parquet files, or a list (.txt, .csv).");
var labeled = Options.Images("--labeled", "Labeled images to judge by, a folder of one sub-folder a class, tar or Parquet files, or a .csv list; keep your test images out of them.");
var encoder = Options.ExistingPath("--encoder", "Weights to start from, of any origin: .onnx, .pth, .safetensors, or a folder with one of them.");
var architecture = Options.Choice("--architecture", "What the weights are of [default: what the file shows].", EncoderCatalog.Names);
var size = Options.Whole("--size", "Side of the images in pixels.", 16, 1024, 112);
var tasks = Options.Checked(
    "--tasks", "Tasks to learn from scratch, by a small network [default: simclr,rotation].", $"tasks among {string.Join(", ", TaskCatalog.Names)}",
    text => text.Split(',', StringSplitOptions.TrimEntries) is var names && names.All(TaskCatalog.Names.Contains) ? names : null);
var minutes = Options.Number("--minutes", "Time for the whole comparison [default: 20].", "above 0", time => time > 0);
var output = Options.OutputFolder("--output", "Folder for the encoder that is recommended, the table and the report.", "which-task");
images.Required = true;
var command = new RootCommand("Finds the encoder that serves a folder of images best, within a given time.")
{
    images, labeled, encoder, architecture, size, tasks, minutes, output,
};

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var scratchSize = Math.Min(64, options.GetValue(size)!.Value); // small networks from scratch learn from small images
    var folder = options.GetValue(output)!;
    string encoderPath = Path.Combine(folder, "encoder.safetensors"), json = Path.Combine(folder, "comparison.json"), html = Path.Combine(folder, "report.html");
    if (new[] { encoderPath, json, html }.FirstOrDefault(File.Exists) is { } there)
        throw new IOException($"{there} is there already. Give another --output, or delete it.");
    var unlabeled = await ImageOpener.OpenAsync(options.GetValue(images)!, cancellation);
    var judges = options.GetValue(labeled) is { } place ? await ImageOpener.OpenLabeledAsync(place, cancellation) : null;
    var time = TimeSpan.FromMinutes(options.GetValue(minutes) ?? 20);
    var candidates = new List<Candidate>();
    using var large = options.GetValue(encoder) is { } weights
        ? EncoderFile.LoadPretrained(weights, options.GetValue(size), options.GetValue(architecture))
        : null;
    using var teacher = large is null ? null : new EncoderTeacher(large);
    if (large is not null && teacher is not null)
        candidates.AddRange(WeightCandidates.Of(large, teacher, scratchSize));
    foreach (var task in options.GetValue(tasks) is { Length: > 0 } asked ? asked : ["simclr", "rotation"])
        candidates.Add(new($"{task} from scratch", () => new ConvNet(scratchSize), TaskCatalog.Create(task)));
    Screen.Say($"Candidates: {string.Join(", ", candidates.Select(candidate => candidate.Name))}. Comparing them on {unlabeled.Count:N0} images within {time.TotalMinutes:0.#} minutes.");
    if (judges is null)
        Screen.Say("Nothing shows how well they serve without labeled images; a few dozen in --labeled are enough.");

    using var comparison = await Screen.TrackAsync(line => EncoderComparison.RunAsync(
        candidates, unlabeled, judges, new() { Time = time }, new ComparingProgress(line), cancellation));
    Screen.SayLines(comparison.ToTable());
    Directory.CreateDirectory(folder);
    EncoderFile.Save(comparison.Recommended.Encoder!, encoderPath);
    File.WriteAllText(json, comparison.ToJson());
    new HtmlReport("Which encoder serves best?", unlabeled.Description).AddComparison(comparison).Save(html);
    UnreadableImages.Tell(comparison.Failures, $"in {json}");
    Screen.Say($"The encoder is in {encoderPath}, the report in report.html beside it.");
});
