// Measures samples/Web: what an answer costs over HTTP beside the same search in process, and many uploads at once.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using SelfSup.Data;
using SelfSup.Samples.Web;

const int warmUp = 5, alone = 100, uploads = 200, atOnce = 8, corrupt = 77;

var encoder = new Option<string>("--encoder") { Required = true, Description = "Exported encoder." };
var classifier = new Option<string?>("--classifier") { Description = "Exported classifier." };
var photos = new Option<string>("--photos") { Required = true, Description = "Photos to search." };
var queries = new Option<string>("--queries") { Required = true, Description = "Photos to upload." };
var command = new RootCommand("Measures samples/Web.") { encoder, classifier, photos, queries };
command.SetAction(async (given, cancellation) =>
{
    await using var app = SearchApp.Create(new() { Encoder = given.GetValue(encoder)!, Classifier = given.GetValue(classifier), Photos = given.GetValue(photos)! });
    await app.Services.GetRequiredService<PhotoIndex>().FillAsync(null, cancellation);
    await app.StartAsync(cancellation);
    using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    var search = app.Services.GetRequiredService<PhotoSearch>();
    var folder = ImageFolder.Open(given.GetValue(queries)!);
    byte[][] files = [.. Enumerable.Range(0, Math.Min(uploads, folder.Count)).Select(i => File.ReadAllBytes(folder.FileOf(i)))];

    var (inProcess, overHttp) = (new List<double>(), new List<double>());
    for (var i = 0; i < warmUp + alone; i++)
    {
        var file = files[i % files.Length];
        var (own, http) = (await TimeAsync(() => FindAsync(file)), await TimeAsync(() => UploadAsync(file)));
        if (i < warmUp)
            continue;
        inProcess.Add(own);
        overHttp.Add(http);
    }
    Say($"one at a time, in process, ms: {Describe(inProcess)}");
    Say($"one at a time, over HTTP, ms: {Describe(overHttp)}");

    var before = Environment.WorkingSet;
    foreach (var round in Enumerable.Range(1, 3))
    {
        var (latencies, statuses, start) = (new double[uploads], new HttpStatusCode[uploads], Stopwatch.GetTimestamp());
        await Parallel.ForAsync(0, uploads, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, _) =>
        {
            var file = files[i % files.Length];
            latencies[i] = await TimeAsync(async () => statuses[i] = await UploadAsync(i == corrupt ? file[..(file.Length / 2)] : file));
        });
        var answers = string.Join(", ", statuses.CountBy(status => (int)status).OrderBy(count => count.Key).Select(count => $"{count.Value} x {count.Key}"));
        Say($"round {round}: {uploads} uploads, {atOnce} at once: {answers}; {uploads / Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} a second, ms: {Describe(latencies)}; memory {Environment.WorkingSet / 1e6:0} MB, {before / 1e6:0} before");
    }
    await app.StopAsync(cancellation);

    async Task FindAsync(byte[] file) => await search.FindAsync(new DataContent(file, "image/jpeg"), cancellation);

    async Task<HttpStatusCode> UploadAsync(byte[] file)
    {
        using var response = await client.PostAsync(new Uri("search", UriKind.Relative), new ByteArrayContent(file), cancellation);
        await response.Content.ReadAsByteArrayAsync(cancellation);
        return response.StatusCode;
    }
});
return await command.Parse(args).InvokeAsync();

static async Task<double> TimeAsync(Func<Task> work)
{
    var start = Stopwatch.GetTimestamp();
    await work();
    return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
}

static string Describe(IReadOnlyCollection<double> values)
{
    double[] sorted = [.. values.Order()];
    return string.Create(CultureInfo.InvariantCulture, $"median {sorted[sorted.Length / 2]:0.0}, 95 % under {sorted[(int)(0.95 * sorted.Length)]:0.0}");
}

static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
