// Checks the library on a machine with a GPU, beside the libtorch of an installed PyTorch. See README.md.
using System.CommandLine;
using System.Text.Json.Nodes;
using SelfSup.GpuCheck;
using SelfSup.GpuCheck.Steps;

var only = new Option<string[]>("--only") { Description = "Steps to run, separated by commas [default: all].", AllowMultipleArgumentsPerToken = true };
var list = new Option<bool>("--list") { Description = "Lists the steps and runs none." };
var output = new Option<string?>("--out") { Description = "Folder for results.jsonl and what every step printed." };
var device = new Option<string>("--device")
{
    Description = "The device to check: cuda, cuda:1, or cpu to try the steps themselves.",
    DefaultValueFactory = _ => "cuda",
};
var speed = new Option<bool>("--speed") { Description = "Measure the speed on a CPU too." };
var python = new Option<string>("--python") { Description = "Python that has PyTorch and torchvision.", DefaultValueFactory = _ => "python3" };
var store = new Option<string?>("--store") { Description = "Writes the losses of this machine's CPU to a file and checks nothing." };
var one = new Option<string?>("--step") { Description = "Runs one step in this process; the others start this.", Hidden = true };
var command = new RootCommand("Checks the library on a GPU, step by step.") { only, list, output, device, speed, python, store, one };
command.SetAction(options =>
{
    var settings = new CheckSettings(options.GetValue(device)!, options.GetValue(python)!, options.GetValue(speed));
    if (options.GetValue(one) is { } name)
    {
        Console.WriteLine(StepProcess.Do(StepCatalog.Find(name), settings));
        return 0;
    }
    if (options.GetValue(list))
    {
        foreach (var step in StepCatalog.Steps)
            Console.WriteLine($"{step.Name,-16} {step.Description}");
        return 0;
    }
    if (options.GetValue(store) is { } file)
    {
        StoredLosses.Store(file);
        return 0;
    }
    return RunAll(settings, options.GetValue(only)!, options.GetValue(output));
});
try
{
    return command.Parse(args).Invoke(new() { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is ArgumentException or IOException)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 2;
}

static int RunAll(CheckSettings settings, string[] only, string? folder)
{
    var names = only.SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries)).ToArray();
    IReadOnlyList<CheckStep> steps = names.Length == 0 ? StepCatalog.Steps : [.. names.Select(StepCatalog.Find)];
    string[] arguments = ["--device", settings.Device, "--python", settings.Python, .. settings.SpeedOnCpu ? ["--speed"] : Array.Empty<string>()];
    if (folder is not null)
        Directory.CreateDirectory(folder);
    var results = new List<JsonObject>();
    foreach (var step in steps)
    {
        results.Add(StepProcess.Start(step, arguments, folder));
        Console.WriteLine(results[^1].ToJsonString(StepProcess.Compact));
    }
    if (folder is not null)
        File.WriteAllLines(Path.Combine(folder, "results.jsonl"), results.Select(result => result.ToJsonString(StepProcess.Compact)));
    Console.WriteLine($"{Count("passed")} passed, {Count("failed")} failed, {Count("skipped")} skipped");
    return Count("failed") == 0 ? 0 : 1;

    int Count(string outcome) => results.Count(result => (string?)result["outcome"] == outcome);
}
