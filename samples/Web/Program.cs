// A web page that tells what is in a photo and which of a folder's photos look like it. No TorchSharp: ONNX Runtime computes.
//
// The models come of ImageNet's ResNet-18, of a run, or of any weights that samples/Probe takes:
//   dotnet run -c Release --project samples/Probe -- --encoder ResNet18.onnx --architecture resnet18 --train DIR --test DIR \
//     --onnx classifier.onnx --encoder-onnx encoder.onnx
//   dotnet run -c Release --project samples/Web -- --encoder encoder.onnx --classifier classifier.onnx --photos DIR
using System.CommandLine;
using System.Globalization;
using SelfSup.Samples;
using SelfSup.Samples.Web;

const int usualPort = 5080, largestPort = 65535;

var encoder = Options.ExistingFile("--encoder", "Exported encoder, such as encoder.onnx: photos are alike where its features are.");
encoder.Required = true;
var photos = Options.ExistingFolder("--photos", "Photos to search, at any depth.");
photos.Required = true;
var classifier = Options.ExistingFile("--classifier", "Exported classifier, such as classifier.onnx, that also tells what is in a photo.");
var port = Options.Whole("--port", "Port on this computer; 0 for any that is free.", 0, largestPort, usualPort);
var command = new RootCommand("Serves a page that finds photos like yours.") { encoder, photos, classifier, port };

return await SampleProgram.RunAsync(command, args, async (options, cancellation) =>
{
    await using var app = SearchApp.Create(new()
    {
        Encoder = options.GetValue(encoder)!,
        Photos = options.GetValue(photos)!,
        Classifier = options.GetValue(classifier),
        Port = options.GetValue(port)!.Value,
    });
    app.Services.GetRequiredService<PhotoSearch>(); // opens the models: a wrong one is told before any work
    var index = app.Services.GetRequiredService<PhotoIndex>();
    var failures = await Screen.TrackAsync(line => index.FillAsync(new CountProgress(line, index.Count), cancellation));
    foreach (var failure in failures)
        Screen.Warn($"{failure.Name} is left out: {failure.Reason}");
    await app.StartAsync(cancellation);
    Screen.Say(string.Create(CultureInfo.InvariantCulture, $"{index.Indexed:N0} photos at {app.Urls.First()} - Ctrl+C ends it."));
    await app.WaitForShutdownAsync(cancellation);
});

internal sealed class CountProgress(ProgressLine line, int count) : IProgress<int>
{
    public void Report(int done) =>
        line.Show("indexing", "indexing", (double)done / count, string.Create(CultureInfo.InvariantCulture, $"{done:N0}/{count:N0}"));
}
