// Pretrains an encoder by a task of its own, UpsideDownTask.cs, and probes it. Needs no data.
using System.CommandLine;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Runtime;
using SelfSup.Samples;
using SelfSup.Testing;
using SelfSup.Training;
using SelfSup.Transfer;

TorchRuntime.TuneForTraining();
var epochs = Options.Whole("--epochs", "Passes over the images [default: 10, or as many as make 2,000 steps].", 1, 1_000_000);
var output = Options.OutputFolder("--output", "Run folder.", "runs/upside-down");
var resume = new Option<bool>("--resume") { Description = "Go on from the last checkpoint in --output." };
var command = new RootCommand("Pretrains by a custom task: which images are upside down?") { epochs, output, resume };

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var folder = options.GetValue(output)!;
    RunFolders.Check(folder, options.GetValue(resume), folder);
    var task = new UpsideDownTask();
    PretextTaskCheck.Verify(task);
    Screen.Say("UpsideDownTask keeps the contract. Pretraining a small network on drawn scenes:");

    using var encoder = new ConvNet(imageSize: 32);
    var result = await Trainer.RunAsync(encoder, [new WeightedTask(task)], new ProceduralImages(2400, seed: 1), new PretrainingOptions
    {
        Epochs = options.GetValue(epochs),
        RunFolder = folder,
        Resume = options.GetValue(resume),
    }, cancellation);
    Screen.Say($"Wrote {result.EncoderFile}; what the task makes and the network answers is drawn in {Path.Combine(folder, "previews", "upside-down.png")}.");
    Screen.Say("Probing the features on labeled scenes:");
    var report = await Judge.ProbeAsync(encoder, new ProceduralImages(160, seed: 2), new ProceduralImages(1000, seed: 3), cancellation);
    Screen.Say();
    Screen.SayLines(report.ToTable());
});
