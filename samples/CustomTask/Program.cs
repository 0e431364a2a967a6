// Pretrains an encoder by a task of its own, UpsideDownTask.cs, and probes it. Needs no data.
using System.CommandLine;
using SelfSup;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Samples;
using SelfSup.Testing;
using SelfSup.Training;
using SelfSup.Transfer;

var epochs = new Option<int>("--epochs") { Description = "Passes over the images.", DefaultValueFactory = _ => 8 };
var output = new Option<string>("--output") { Description = "Run folder.", DefaultValueFactory = _ => "runs/upside-down" };
var command = new RootCommand("Pretrains by a custom task: which images are upside down?") { epochs, output };

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    var task = new UpsideDownTask();
    PretextTaskCheck.Verify(task);
    Console.WriteLine("UpsideDownTask keeps the contract. Pretraining on drawn scenes:");

    using var encoder = new ConvNet(imageSize: 32);
    if (Directory.Exists(options.GetValue(output)))
        Directory.Delete(options.GetValue(output)!, recursive: true);
    await Pretraining.RunAsync(encoder, task, new ProceduralImages(2400, seed: 1), new PretrainingOptions
    {
        Epochs = options.GetValue(epochs),
        RunFolder = options.GetValue(output),
    }, new ConsoleProgress(), cancellation);

    var report = LinearProbe.Evaluate(
        encoder, new ProceduralImages(160, seed: 2), new ProceduralImages(1000, seed: 3), cancellationToken: cancellation);
    Console.WriteLine();
    Console.WriteLine(report.ToTable());
});
